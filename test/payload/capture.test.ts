import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { overlay, runScript, writeFiles } from "./scripts.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const script = join(overlay, "usr/lib/halfbridge/capture");
const says = (word: string) => `#!/bin/sh\necho ${word} >> "$CAPTURE_ROOT/log"\n`;

/** A router's /run, whose capture scripts only say that they ran; as it is before anything has started. */
async function routerOf(t: ExecutionContext, failMode: "open" | "closed") {
  const root = await temporaryFolder(t);
  await writeFiles(root, {
    "run/halfbridge/setup/facts": `FAIL_MODE='${failMode}'\n`,
    "run/halfbridge/setup/capture.start": says("force"),
    "run/halfbridge/setup/capture.stop": says("lift"),
    "run/halfbridge/capture.held": "",
    "dev/kmsg": "",
    log: "",
  });
  const event = (name: string) => runScript([script, name], { CAPTURE_ROOT: root });
  /** What happens in turn: after each event, whether capture is in force. */
  const after = (...events: string[]) =>
    events.map((name) => {
      t.like(event(name), { status: 0, stderr: "" }, name);
      return existsSync(join(root, "run/halfbridge/capturing"));
    });
  const log = async () => (await readFile(join(root, "log"), "utf8")).trim().split("\n").filter(Boolean);
  return { root, event, after, log };
}

test("open: nothing is captured until the proxy listens, and nothing once it has ended", async (t) => {
  const { after, log } = await routerOf(t, "open");
  t.deepEqual(after("start", "proxy-listens", "proxy-ended"), [false, true, false]);
  t.deepEqual(await log(), ["force", "lift"]);
});

test("open: capture comes back with the proxy, again and again", async (t) => {
  const { after, log } = await routerOf(t, "open");
  t.deepEqual(after("start", "proxy-listens", "proxy-ended", "proxy-listens", "proxy-ended"), [
    false,
    true,
    false,
    true,
    false,
  ]);
  t.deepEqual(await log(), ["force", "lift", "force", "lift"]);
});

test("closed: capture is in force from the start, whatever becomes of the proxy", async (t) => {
  const { after, log } = await routerOf(t, "closed");
  t.deepEqual(after("start", "proxy-listens", "proxy-ended", "proxy-listens"), [true, true, true, true]);
  t.deepEqual(await log(), ["force"]);
});

test("a proxy that listens before the first start changes nothing: what is held stays so", async (t) => {
  for (const failMode of ["open", "closed"] as const) {
    const { after } = await routerOf(t, failMode);
    t.deepEqual(after("proxy-listens", "start"), [false, true], failMode);
  }
});

test("stop lifts capture and holds against a proxy that comes back, until start", async (t) => {
  for (const failMode of ["open", "closed"] as const) {
    const { after, log } = await routerOf(t, failMode);
    after("start", "proxy-listens");
    t.deepEqual(
      after("stop", "proxy-ended", "proxy-listens", "start"),
      [false, false, false, true],
      failMode,
    );
    t.deepEqual(await log(), ["force", "lift", "force"], failMode);
  }
});

test("start after a stop during which the proxy went away waits for it only in an open site", async (t) => {
  const open = await routerOf(t, "open");
  t.deepEqual(open.after("start", "proxy-listens", "stop", "proxy-ended", "start"), [
    false,
    true,
    false,
    false,
    false,
  ]);
  t.deepEqual(open.after("proxy-listens"), [true]);
  const closed = await routerOf(t, "closed");
  t.deepEqual(closed.after("start", "proxy-listens", "stop", "proxy-ended", "start").at(-1), true);
});

test("an event that changes nothing runs nothing", async (t) => {
  for (const failMode of ["open", "closed"] as const) {
    const { after, log } = await routerOf(t, failMode);
    after("stop", "stop", "proxy-ended");
    t.deepEqual(await log(), [], failMode);
    after("proxy-listens", "start", "start", "proxy-listens");
    t.deepEqual(await log(), ["force"], failMode);
  }
});

test("capture that can't be put in force is undone and told, and tried again at the next event", async (t) => {
  const { root, event, after, log } = await routerOf(t, "closed");
  await writeFiles(root, { "run/halfbridge/setup/capture.start": `${says("half")}exit 1\n` });
  t.is(event("start").status, 1);
  t.false(existsSync(join(root, "run/halfbridge/capturing")));
  t.regex(await readFile(join(root, "dev/kmsg"), "utf8"), /^<3>halfbridge: capture can't be put in force$/m);
  await writeFiles(root, { "run/halfbridge/setup/capture.start": says("force") });
  t.deepEqual(after("proxy-listens"), [true]);
  t.deepEqual(await log(), ["half", "lift", "force"]);
});

test("events wait for each other: two at once don't put capture in force twice", async (t) => {
  const { root, after, log } = await routerOf(t, "open");
  await writeFiles(root, { "run/halfbridge/setup/capture.start": `#!/bin/sh\nsleep 0.3\n${says("force")}` });
  after("start");
  const both = `sh "${script}" proxy-listens & sh "${script}" proxy-listens; wait $!`;
  t.is(runScript(["-c", both], { CAPTURE_ROOT: root }).status, 0);
  t.deepEqual(await log(), ["force"]);
});

test("any other word is refused", async (t) => {
  const { event } = await routerOf(t, "open");
  t.like(event("restart"), { status: 1, stdout: "" });
});
