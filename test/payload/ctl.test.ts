import { existsSync } from "node:fs";
import { readFile, readdir, readlink, symlink } from "node:fs/promises";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import test, { type ExecutionContext } from "ava";
import { overlay, relocate, runScript, writeFiles } from "./scripts.ts";
import { temporaryFolder } from "../temporary-folder.ts";

/** A program that says when it ran, and with what. */
const says = (words: string, more = "") => `#!/bin/sh\necho "${words}" >> "$ROOT/log"\n${more}`;

/** Renders a set-up that only says its site's name; a site that says `fault` is at fault. */
const renderer = `#!/bin/sh
shift 2
if grep -q fault "$1"; then echo "$1: /mode: is not known" >&2; exit 1; fi
name=$(cat "$1")
mkdir "$2"
for script in guard.stop network.stop; do
  printf '#!/bin/sh\\necho "%s %s" >> "$ROOT/log"\\n' "$name" $script > "$2/$script"
  chmod +x "$2/$script"
done
touch "$2/facts"
echo "$name" > "$2/name"
printf '%s%s\\n' "$name" 0000000000000000
`;
const init = (name: string) => says(`$(cat "$ROOT/run/halfbridge/setup/name") ${name} $1`);

/** A router whose set-up is the one that it was built with. */
async function routerOf(t: ExecutionContext, files: Readonly<Record<string, string>> = {}) {
  const root = await temporaryFolder(t);
  await writeFiles(root, {
    "etc/halfbridge/setups/built/name": "built\n",
    "etc/halfbridge/setups/built/facts": "",
    "etc/halfbridge/setups/built/network.stop": says("built network.stop"),
    "etc/halfbridge/setups/built/guard.stop": says("built guard.stop"),
    "etc/init.d/S10guard": init("guard"),
    "etc/init.d/S15capture": `${init("capture")}touch "$ROOT/run/halfbridge/listening" "$ROOT/run/halfbridge/capturing"\n`,
    "etc/init.d/S20network": init("network"),
    "run/halfbridge/proxy.pid": "99999999\n", // more than any process's number
    "run/halfbridge/listening": "",
    "usr/lib/halfbridge/capture": says("capture $1"),
    "usr/lib/halfbridge/runtime/node": renderer,
    "programs/killall": "#!/bin/sh\n",
    "programs/usleep": "#!/bin/sh\n",
    // what sees a trial to its end isn't started, but noted: tests are to take as long as they take
    "programs/setsid": '#!/bin/sh\necho "$*" > "$ROOT/later.new" && mv "$ROOT/later.new" "$ROOT/later"\n',
    "programs/halfbridge-write": await readFile(join(overlay, "usr/sbin/halfbridge-write"), "utf8"),
    "dev/kmsg": "",
    "one.yaml": "one\n",
    "two.yaml": "two\n",
    "faulty.yaml": "fault\n",
    ...files,
  });
  await symlink(join(root, "etc/halfbridge/setups/built"), join(root, "run/halfbridge/setup"));
  const paths = ["/run/", "/etc/", "/usr/lib/", "/dev/kmsg"];
  await writeFiles(root, { ctl: await relocate("usr/sbin/halfbridge-ctl", paths, root) });
  return {
    root,
    ctl: (...argv: string[]) =>
      runScript(
        [join(root, "ctl"), ...argv.map((word) => (word.endsWith(".yaml") ? join(root, word) : word))],
        { ROOT: root },
        join(root, "programs"),
      ),
    inForce: async () => basename(await readlink(join(root, "run/halfbridge/setup"))),
    kept: async () => (await readdir(join(root, "etc/halfbridge/setups"))).sort(),
    active: () => readFile(join(root, "etc/halfbridge/active"), "utf8").catch(() => "none"),
    isOnTrial: () => existsSync(join(root, "run/halfbridge/trial")),
    /** What apply left to be run once the time is up, as words. */
    later: async () => {
      const file = join(root, "later");
      for (let tries = 0; tries < 200 && !existsSync(file); tries += 1) await sleep(50);
      return (await readFile(file, "utf8")).trim().split(" ");
    },
    log: async () => (await readFile(join(root, "log"), "utf8")).trim().split("\n"),
  };
}

const one = "one000000000";

test("apply stops what runs and starts the new set-up, on trial, and nothing is kept yet", async (t) => {
  const { ctl, inForce, isOnTrial, active, log } = await routerOf(t);
  const { status, stdout, stderr } = ctl("apply", "one.yaml", "--within", "5");
  t.is(stderr, "");
  t.is(status, 0);
  t.is(stdout, `${one} is in force; confirm it within 5 s: halfbridge-ctl confirm\n`);
  t.deepEqual(await log(), [
    "built network.stop", // the links are down before capture is lifted
    "capture stop",
    "built guard.stop",
    "one guard start",
    "one capture start",
    "one network start",
  ]);
  t.is(await inForce(), one);
  t.true(isOnTrial());
  t.is(await active(), "none");
});

test("confirm keeps the new set-up for the next start, and forgets all others but the built one", async (t) => {
  const { ctl, inForce, kept, isOnTrial, active } = await routerOf(t);
  ctl("apply", "one.yaml", "--within", "5");
  t.like(ctl("confirm"), { status: 0, stdout: `${one} is kept\n`, stderr: "" });
  t.is(await active(), `${one}\n`);
  t.false(isOnTrial());
  ctl("apply", "two.yaml", "--within", "5");
  t.deepEqual(await kept(), ["built", one, "two000000000"]);
  ctl("confirm");
  t.deepEqual(await kept(), ["built", "two000000000"]);
  t.is(await inForce(), "two000000000");
});

test("rollback puts the former set-up in force at once", async (t) => {
  const { ctl, inForce, isOnTrial, active, log } = await routerOf(t);
  ctl("apply", "one.yaml", "--within", "5");
  t.is(ctl("rollback").status, 0);
  t.is(await inForce(), "built");
  t.false(isOnTrial());
  t.is(await active(), "none");
  t.deepEqual((await log()).slice(6), [
    "one network.stop",
    "capture stop",
    "one guard.stop",
    "built guard start",
    "built capture start",
    "built network start",
  ]);
});

test("without a confirmation in time the former set-up returns, and the console says why", async (t) => {
  const { root, ctl, inForce, isOnTrial, later } = await routerOf(t);
  ctl("apply", "one.yaml", "--within", "7");
  const [program, expire = "", trial = "", seconds] = await later();
  t.deepEqual([program, expire, seconds], [join(root, "ctl"), "expire", "7"]);
  t.is(ctl(expire, trial, "0").status, 0);
  t.false(isOnTrial());
  t.is(await inForce(), "built");
  t.regex(await readFile(join(root, "dev/kmsg"), "utf8"), /nobody confirmed the new set-up/);
});

test("a trial that was confirmed isn't ended by its time, nor is the next one by that of the first", async (t) => {
  const { ctl, inForce, isOnTrial, later } = await routerOf(t);
  ctl("apply", "one.yaml");
  const [, expire = "", first = ""] = await later();
  ctl("confirm");
  t.is(ctl(expire, first, "0").status, 0);
  t.is(await inForce(), one);
  ctl("apply", "two.yaml");
  t.is(ctl(expire, first, "0").status, 0);
  t.is(await inForce(), "two000000000");
  t.true(isOnTrial());
});

test("a site at fault is told with exit code 1, and nothing is changed", async (t) => {
  const { root, ctl, inForce, kept, isOnTrial } = await routerOf(t);
  const { status, stderr } = ctl("apply", "faulty.yaml");
  t.is(status, 1);
  t.regex(stderr, /faulty\.yaml: \/mode: is not known/);
  t.is(ctl("apply", "missing.yaml").status, 1);
  t.is(await inForce(), "built");
  t.deepEqual(await kept(), ["built"]);
  t.false(isOnTrial());
  t.false(existsSync(join(root, "log")));
});

test("a set-up that doesn't start, or whose proxy doesn't listen, is gone back from with exit code 2", async (t) => {
  const failing = {
    "etc/init.d/S20network": `${init("network")}[ "$(cat "$ROOT/run/halfbridge/setup/name")" = built ]\n`,
  };
  const silent = { "etc/init.d/S15capture": init("capture") };
  for (const files of [failing, silent]) {
    const { ctl, inForce, isOnTrial } = await routerOf(t, files);
    const { status, stderr } = ctl("apply", "one.yaml", "--within", "5");
    t.is(status, 2);
    t.regex(stderr, /can't be put in force/);
    t.is(await inForce(), "built");
    t.false(isOnTrial());
  }
});

test("one trial at a time, and nothing to confirm or to roll back without one", async (t) => {
  const { ctl, inForce } = await routerOf(t);
  t.like(ctl("confirm"), { status: 1, stderr: "halfbridge-ctl: nothing is on trial\n" });
  t.like(ctl("rollback"), { status: 1, stderr: "halfbridge-ctl: nothing is on trial\n" });
  ctl("apply", "one.yaml", "--within", "5");
  t.is(ctl("apply", "two.yaml").status, 1);
  t.is(await inForce(), one);
});

test("a switch that was interrupted half-way doesn't keep the next one from its set-up", async (t) => {
  const { root, ctl, inForce } = await routerOf(t);
  await symlink("/nowhere", join(root, "run/halfbridge/setup.new"));
  t.is(ctl("apply", "one.yaml", "--within", "5").status, 0);
  t.is(await inForce(), one);
});

test("a call that isn't known is answered by how it is called", async (t) => {
  const { ctl } = await routerOf(t);
  for (const argv of [[], ["apply"], ["apply", "one.yaml", "--for", "5"], ["confirm", "now"], ["undo"]])
    t.regex(ctl(...argv).stderr, /^usage: halfbridge-ctl apply SITE/, argv.join(" "));
  for (const seconds of ["0", "soon", "-1"])
    t.like(ctl("apply", "one.yaml", "--within", seconds), { status: 1, stdout: "" });
});
