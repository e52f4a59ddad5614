import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { setupOf } from "./setup-files.ts";
import { overlay, runScript, writeFiles } from "./scripts.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const list = [
  "sysctl net/ipv4/ip_forward 1",
  "sysctl net/ipv4/conf/eth0/rp_filter 0",
  "sysctl net/ipv4/conf/eth0.5/rp_filter 0",
  "sysctl net/bridge/bridge-nf-call-iptables 0",
  "unused nf_flow_table",
];
const kernel = {
  "proc/sys/net/ipv4/ip_forward": "0\n",
  "proc/sys/net/ipv4/conf/eth0/rp_filter": "2\n",
  "proc/sys/net/ipv4/conf/eth0.5/rp_filter": "0\n",
  "dev/kmsg": "",
};

/** A kernel of files, with the script that sets it. */
async function kernelOf(t: ExecutionContext, files: Readonly<Record<string, string>>, wanted = list) {
  const root = await temporaryFolder(t);
  await writeFiles(root, { "run/halfbridge/setup/settings": `${wanted.join("\n")}\n`, ...files });
  const run = (command: string) => {
    const ran = runScript(
      [join(overlay, "usr/lib/halfbridge/settings"), command],
      { SETTINGS_ROOT: root },
      join(root, "programs"),
    );
    t.is(ran.stderr, "");
    t.is(ran.status, 0);
    return ran.stdout;
  };
  const read = (path: string) => readFile(join(root, path), "utf8");
  return { root, run, read, value: async (key: string) => (await read(`proc/sys/${key}`)).trim() };
}

test("set makes the kernel as it must be, and check has nothing to say then", async (t) => {
  const { run, read, value } = await kernelOf(t, kernel);
  t.is(run("set"), "");
  t.is(await value("net/ipv4/ip_forward"), "1");
  t.is(await value("net/ipv4/conf/eth0/rp_filter"), "0");
  t.is(run("check"), "");
  t.is(await read("dev/kmsg"), "");
});

test("check says what differs: before it is set, and when something else changes it", async (t) => {
  const { root, run } = await kernelOf(t, kernel);
  t.is(
    run("check"),
    "net/ipv4/ip_forward is 0, and must be 1\nnet/ipv4/conf/eth0/rp_filter is 2, and must be 0\n",
  );
  run("set");
  await writeFiles(root, { "proc/sys/net/ipv4/ip_forward": "0\n" });
  t.is(run("check"), "net/ipv4/ip_forward is 0, and must be 1\n");
});

test("restore puts back what was there, in reverse, and nothing that was so already", async (t) => {
  const { root, run, read, value } = await kernelOf(t, kernel);
  run("set");
  t.is(
    await read("run/halfbridge/settings.prior"),
    "sysctl net/ipv4/ip_forward 0\nsysctl net/ipv4/conf/eth0/rp_filter 2\n",
  );
  // somebody else's since: ours to put back is only what we changed
  await writeFiles(root, { "proc/sys/net/ipv4/conf/eth0.5/rp_filter": "1\n" });
  run("restore");
  t.is(await value("net/ipv4/ip_forward"), "0");
  t.is(await value("net/ipv4/conf/eth0/rp_filter"), "2");
  t.is(await value("net/ipv4/conf/eth0.5/rp_filter"), "1");
  t.false(existsSync(join(root, "run/halfbridge/settings.prior")));
});

test("values are put back last first", async (t) => {
  const twice = ["sysctl net/key 1", "sysctl net/key 2"];
  const { run, value } = await kernelOf(t, { "proc/sys/net/key": "0\n", "dev/kmsg": "" }, twice);
  run("set");
  t.is(await value("net/key"), "2");
  run("restore");
  t.is(await value("net/key"), "0");
});

test("what isn't there is left alone: not made, not missed, and not put back once it is gone", async (t) => {
  const { root, run } = await kernelOf(t, kernel);
  const bridge = join(root, "proc/sys/net/bridge");
  run("set");
  t.false(existsSync(bridge));
  const there = await kernelOf(t, { "proc/sys/net/gone": "0\n", "dev/kmsg": "" }, ["sysctl net/gone 1"]);
  there.run("set");
  await writeFiles(there.root, {
    "run/halfbridge/settings.prior": "sysctl net/never/there 0\nsysctl net/gone 0\n",
  });
  there.run("restore");
  t.false(existsSync(join(there.root, "proc/sys/net/never")));
  t.is(await there.value("net/gone"), "0");
});

test("a module that comes later is told of: bridged packets in iptables are seen at once", async (t) => {
  const { root, run } = await kernelOf(t, kernel);
  run("set");
  await writeFiles(root, { "proc/sys/net/bridge/bridge-nf-call-iptables": "1\n" });
  t.is(run("check"), "net/bridge/bridge-nf-call-iptables is 1, and must be 0\n");
});

test("a second set changes nothing, so that what was there first is what is put back", async (t) => {
  const { run, value } = await kernelOf(t, kernel);
  run("set");
  run("set");
  run("restore");
  t.is(await value("net/ipv4/ip_forward"), "0");
  t.is(run("restore"), ""); // nor does a second restore
});

test("a module that carries packets past the proxy is told of while it is in use, on the console at set", async (t) => {
  const { root, run, read } = await kernelOf(t, { ...kernel, "sys/module/nf_flow_table/refcnt": "1\n" });
  run("set");
  t.is(await read("dev/kmsg"), "<3>halfbridge: nf_flow_table is in use: it carries packets past the proxy\n");
  t.is(run("check"), "nf_flow_table is in use: it carries packets past the proxy\n");
  await writeFiles(root, { "sys/module/nf_flow_table/refcnt": "0\n" });
  t.is(run("check"), "");
});

/** Keeps a feature of eth0 in a file; eth1 has none. */
const ethtool = `#!/bin/sh
state=$SETTINGS_ROOT/rx-gro-list
case "$1 $2" in
  "-k eth0") printf 'Features for eth0:\\nrx-gro-list: %s\\nrx-gro-hw: on [fixed]\\n' "$(cat "$state")" ;;
  "-K eth0") echo "$4" > "$state" ;;
  *) echo "no such device or feature: $*" >&2; exit 1 ;;
esac
`;

test("a card's feature is set and put back; a card without it is left alone", async (t) => {
  const wanted = ["feature eth0 rx-gro-list off", "feature eth1 rx-gro-list off", "feature eth0 rx-gro off"];
  const files = { "programs/ethtool": ethtool, "rx-gro-list": "on\n", "dev/kmsg": "" };
  const { run, read } = await kernelOf(t, files, wanted);
  t.is(run("check"), "rx-gro-list of eth0 is on, and must be off\n");
  run("set");
  t.is(await read("rx-gro-list"), "off\n");
  t.is(run("check"), "");
  run("restore");
  t.is(await read("rx-gro-list"), "on\n");
});

test("the settings of every mode are lines that the script knows", (t) => {
  for (const mode of ["half-bridge", "bridge-broute", "bridge-dnat", "proxy-arp"] as const) {
    const lines = (setupOf({ mode }).get("settings") ?? "").trimEnd().split("\n");
    t.true(lines.length > 20);
    for (const line of lines)
      t.regex(line, /^(sysctl net\/\S+ \d|feature \S+ \S+ (on|off)|unused \S+)$/, mode);
  }
});

test("any other word is refused", async (t) => {
  const ran = runScript([join(overlay, "usr/lib/halfbridge/settings"), "unset"], {});
  t.is(ran.status, 1);
  t.regex(ran.stderr, /^usage: /);
});
