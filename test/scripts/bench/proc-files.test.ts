import { spawn } from "node:child_process";
import test from "ava";
import {
  cpuSeconds,
  parseCpuSeconds,
  parseDescriptorLimit,
  parseListeningPorts,
  parseMemory,
  processTree,
} from "../../../scripts/bench/proc-files.ts";

test("CPU seconds are user and system time, whatever the program is called", (t) => {
  const rest = "S 1 2 2 0 -1 4194560 100 200 0 0 1234 566 9 9 20 0 3 0 100 0 0";
  t.is(parseCpuSeconds(`42 (haproxy) ${rest}`), 18);
  t.is(parseCpuSeconds(`42 (a) R 7 (b) ${rest}`), 18);
});

test("this process has used as much CPU as it says itself", async (t) => {
  const before = process.cpuUsage();
  const found = await cpuSeconds([process.pid]);
  t.true(found >= (before.user + before.system) / 1e6 - 0.05, `${found}`);
  t.true(found < (before.user + before.system) / 1e6 + 5, `${found}`);
});

test("memory is what is resident; pages of files are told from what isn't", (t) => {
  const rollup = `55d2c0000000-7ffd4e5fe000 ---p 00000000 00:00 0    [rollup]
Rss:              123456 kB
Pss:                2048 kB
Pss_Dirty:          1024 kB
Pss_Anon:            512 kB
Pss_File:           1024 kB
Pss_Shmem:           512 kB
`;
  t.deepEqual(parseMemory(rollup), { resident: 2 * 1024 ** 2, unbacked: 1024 ** 2 });
  t.throws(() => parseMemory("Rss: 1 kB\n"));
});

test("listening ports are told from connected ones", (t) => {
  const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:0C39 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0
   1: 0202010A:0050 3202010A:9C40 01 00000000:00000000 00:00000000 00000000     0        0 2 1 0
`;
  t.deepEqual([...parseListeningPorts(table)], [0x0c39]);
});

test("the limit of descriptors is the soft one", (t) => {
  const line = (soft: string) =>
    `Limit  Soft Limit  Hard Limit  Units\nMax open files            ${soft}  65536  files\n`;
  t.is(parseDescriptorLimit(line("1024")), 1024);
  t.is(parseDescriptorLimit(line("unlimited")), Infinity);
});

test("a process's tree has its children, and theirs", async (t) => {
  const shell = spawn("sh", ["-c", "sh -c 'sleep 60; :' & echo started; wait"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const pid = shell.pid as number;
  await new Promise((resolve) => shell.stdout.once("data", resolve));
  let tree = await processTree(pid);
  // the inner shell may still be about to start its own
  while (tree.length < 3) tree = await processTree(pid);
  t.is(tree[0], pid);
  t.is(new Set(tree).size, 3);
  for (const each of tree) process.kill(each, "SIGKILL");
});
