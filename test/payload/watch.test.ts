import { readFile } from "node:fs/promises";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { relocate, runScript, writeFiles } from "./scripts.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const forwarding = "proc/sys/net/ipv4/ip_forward";

/** Lets the script watch for some rounds, with commands that are run before one of them; counts full checks. */
async function watch(t: ExecutionContext, events: Readonly<Record<number, string>>, rounds: number) {
  const root = await temporaryFolder(t);
  const cases = Object.entries(events).map(([round, command]) => `${round}) ${command} ;;`);
  await writeFiles(root, {
    "run/halfbridge/setup/settings": "sysctl net/ipv4/ip_forward 1\nfeature eth0 rx-gro-list off\n",
    "run/halfbridge/settings.prior": "",
    [forwarding]: "1\n",
    facts: "",
    rounds: "",
    checks: "",
    "dev/kmsg": "",
    "usr/lib/halfbridge/settings": '#!/bin/sh\necho >> "$ROOT/checks"\ncat "$ROOT/facts"\n',
    "programs/sleep": [
      '#!/bin/sh\necho >> "$ROOT/rounds"',
      `case $(wc -l < "$ROOT/rounds") in`,
      ...cases,
      `${rounds}) kill $PPID ;;`,
      "esac\n",
    ].join("\n"),
  });
  const text = await relocate("usr/sbin/halfbridge-watch", ["/run/", "/usr/lib/", "/dev/kmsg"], root);
  // the made-up kernel's files, which sed names
  await writeFiles(root, { watch: text.replaceAll("|/proc/sys/", `|${root}/proc/sys/`) });
  runScript([join(root, "watch")], { ROOT: root }, join(root, "programs"));
  const read = (path: string) => readFile(join(root, path), "utf8");
  return { said: await read("dev/kmsg"), checks: (await read("checks")).length };
}

const changeForwarding = `echo 0 > "$ROOT/${forwarding}"; echo "ip_forward is 0" > "$ROOT/facts"`;
const changeFeature = 'echo "rx-gro-list is on" > "$ROOT/facts"';

test("while no file differs, all is checked once in fifteen rounds", async (t) => {
  const { said, checks } = await watch(t, {}, 31);
  t.is(said, "");
  t.is(checks, 3);
});

test("a file that differs is told in that round", async (t) => {
  const { said } = await watch(t, { 4: changeForwarding }, 5);
  t.regex(said, /something else changed .*: ip_forward is 0/);
});

test("what no file tells of is told with the next full check, not before", async (t) => {
  t.is((await watch(t, { 4: changeFeature }, 15)).said, "");
  t.regex((await watch(t, { 4: changeFeature }, 16)).said, /something else changed .*: rx-gro-list is on/);
});
