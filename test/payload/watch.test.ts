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
    "run/halfbridge/proxy.pid": "4711\n",
    asked: "",
    killed: "",
    // the proxy answers, or as the file says
    hangs: "0\n",
    followed: "",
    "sys/class/net/eth0/ifindex": "2\n",
    // no port that the network can't do without is missing, or as the file says
    missing: "1\n",
    "usr/lib/halfbridge/ports":
      '#!/bin/sh\n[ "$1" != missing ] || exit $(cat "$ROOT/missing")\nwc -l < "$ROOT/rounds" >> "$ROOT/followed"\n',
    "programs/timeout": '#!/bin/sh\necho "$* $(cat)" >> "$ROOT/asked"\nexit $(cat "$ROOT/hangs")\n',
    "usr/lib/halfbridge/settings": '#!/bin/sh\necho >> "$ROOT/checks"\ncat "$ROOT/facts"\n',
    "programs/sleep": [
      '#!/bin/sh\necho >> "$ROOT/rounds"',
      `case $(wc -l < "$ROOT/rounds") in`,
      ...cases,
      `${rounds}) kill $PPID ;;`,
      "esac\n",
    ].join("\n"),
  });
  const start =
    'kill() { if [ "$1" = -KILL ]; then echo "$2" >> "$ROOT/killed"; else command kill "$@"; fi; }\n';
  const text =
    start +
    (await relocate("usr/sbin/halfbridge-watch", ["/run/", "/usr/lib/", "/dev/kmsg", "/sys/class/"], root));
  // the made-up kernel's files, which sed names
  await writeFiles(root, { watch: text.replaceAll("|/proc/sys/", `|${root}/proc/sys/`) });
  runScript([join(root, "watch")], { ROOT: root }, join(root, "programs"));
  const read = (path: string) => readFile(join(root, path), "utf8");
  return {
    said: await read("dev/kmsg"),
    checks: (await read("checks")).length,
    asked: (await read("asked")).split("\n").filter((line) => line.startsWith("5 ")),
    killed: (await read("killed")).trim(),
    /** The rounds in which it was seen which ports came and went. */
    followed: (await read("followed")).trim().split(/\s+/).map(Number),
  };
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

const listens = 'touch "$ROOT/run/halfbridge/listening"';
const hang = (status: number) => `echo ${status} > "$ROOT/hangs"`;

test("a proxy that listens is asked every ten seconds, and left alone while it answers", async (t) => {
  const { asked, killed, said } = await watch(t, { 1: listens }, 31);
  t.is(asked.length, 6);
  t.regex(
    asked[0] ?? "",
    /^5 nc\.openbsd -U \S+\/run\/halfbridge\/proxy\/control\.sock GET \/health HTTP\/1\.0/,
  );
  t.deepEqual([killed, said], ["", ""]);
});

test("one that is silent three times in a row is ended, by whatever status timeout(1) has for it", async (t) => {
  for (const status of [124, 143]) {
    const { killed, said } = await watch(t, { 1: `${listens}; ${hang(status)}` }, 16);
    t.is(killed, "4711");
    t.regex(said, /^<3>halfbridge: the proxy hasn't answered for half a minute: ending it\n$/);
  }
});

test("control: two silences, or one that is refused, end no proxy; nor is one asked that doesn't listen", async (t) => {
  t.is((await watch(t, { 1: `${listens}; ${hang(143)}`, 11: hang(0) }, 31)).killed, "");
  t.is((await watch(t, { 1: `${listens}; ${hang(1)}` }, 31)).killed, "");
  const away = await watch(t, { 1: hang(143) }, 31);
  t.deepEqual([away.killed, away.asked], ["", []]);
});

test("ports are looked at when a device came or went", async (t) => {
  const comes = 'mkdir "$ROOT/sys/class/net/eth7"; echo 7 > "$ROOT/sys/class/net/eth7/ifindex"';
  const { followed } = await watch(t, { 4: comes, 9: 'rm -r "$ROOT/sys/class/net/eth0"' }, 31);
  t.deepEqual(followed, [1, 4, 9]);
});

test("and every half minute while one is missing that the network can't do without", async (t) => {
  const { followed } = await watch(t, { 2: 'echo 0 > "$ROOT/missing"' }, 31);
  t.deepEqual(followed, [1, 15, 30]);
});
