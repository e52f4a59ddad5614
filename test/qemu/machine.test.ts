import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import test, { type ExecutionContext } from "ava";
import type { MachineSpec } from "../../qemu/machine-arguments.ts";
import { Machine } from "../../qemu/machine.ts";
import { SocketDirectory } from "../../qemu/socket-directory.ts";
import { temporaryFolder } from "../temporary-folder.ts";

/** A folder whose path is longer than a Unix socket's address may be. */
async function openRun(t: ExecutionContext): Promise<SocketDirectory> {
  return new SocketDirectory(await temporaryFolder(t, "x".repeat(100)));
}

/** A machine with an empty disk: its firmware finds nothing to start. */
async function emptyMachine(run: SocketDirectory): Promise<MachineSpec> {
  await writeFile(join(run.path, "disk"), Buffer.alloc(512));
  return {
    name: "empty",
    cpu: "amd64",
    memoryMiB: 32,
    accelerator: "tcg",
    boot: { firmware: { kind: "bios" }, disk: { file: "disk", format: "raw", cache: "unsafe" } },
    ports: [{ mac: "52:54:00:00:00:01", socket: "link", role: "server", pcap: "link.pcap" }],
    shells: ["first", "second"],
  };
}

test("a machine has its sockets and its protocol, and ends with its object", async (t) => {
  using run = await openRun(t);
  let pid: unknown;
  {
    await using machine = await Machine.start(await emptyMachine(run), run);
    t.deepEqual([...machine.shells.keys()], ["first", "second"]);
    t.like(await machine.qmp.execute("query-status"), { running: true });
    await machine.setCable(0, false);
    await t.throwsAsync(machine.qmp.execute("no-such-command"), {
      message: /QMP no-such-command: .*not been found/,
    });
    pid = machine.pid;
    t.true(existsSync(`/proc/${String(pid)}`));
    t.true(existsSync(join(run.path, "link.pcap")));
  }
  t.false(existsSync(`/proc/${String(pid)}`));
});

test("a machine that doesn't start is told with what QEMU said", async (t) => {
  using run = await openRun(t);
  const boot = { kernel: "/no/such/kernel", initramfs: "/no/such/initramfs", commandLine: "" };
  const error = await t.throwsAsync(Machine.start({ ...(await emptyMachine(run)), boot }, run));
  t.regex(error.message, /qemu-system-x86_64 didn't start \(1\):\n {2}.*-kernel \/no\/such\/kernel/);
  t.regex(error.message, /could not open kernel file/);
  t.regex(error.message, /all that it said is in .*empty-qemu\.log/);
});

test("a machine ends with the process that started it, however that ends", async (t) => {
  using run = await openRun(t);
  const program = `
    import { Machine } from "${import.meta.resolve("../../qemu/machine.ts")}";
    import { SocketDirectory } from "${import.meta.resolve("../../qemu/socket-directory.ts")}";
    const machine = await Machine.start(${JSON.stringify(await emptyMachine(run))}, new SocketDirectory(${JSON.stringify(run.path)}));
    console.log(machine.pid);
  `;
  const child = spawn(process.execPath, ["--input-type=module-typescript", "--eval", program]);
  const [pid] = await once(child.stdout.setEncoding("utf8"), "data");
  const machine = `/proc/${String(pid).trim()}/exe`; // gone at the end, even if nobody reaps it
  t.true(existsSync(machine));
  child.kill("SIGKILL");
  await once(child, "exit");
  for (let tries = 0; tries < 50 && existsSync(machine); tries++) await sleep(20);
  t.false(existsSync(machine));
});
