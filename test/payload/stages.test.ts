import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { temporaryFolder } from "../temporary-folder.ts";
import { relocate, runScript, writeFiles } from "./scripts.ts";

/** Runs all stages, of which each only says that it was called; the capture's notes that it was stopped, as the real one. */
async function runAll(t: ExecutionContext, command: string, files: Readonly<Record<string, string>> = {}) {
  const root = await temporaryFolder(t);
  const stage = (name: string, more = "") => `#!/bin/sh\necho "${name} $1" >> "$ROOT/log"\n${more}`;
  const held = '"$ROOT/run/halfbridge/capture.held"';
  await writeFiles(root, {
    log: "",
    "run/halfbridge/ndp.pid": "99999999\n", // more than any process's number
    "usr/lib/halfbridge/stages/guard": stage("guard"),
    "usr/lib/halfbridge/stages/capture": stage(
      "capture",
      `[ "$1" = start ] && rm -f ${held} || touch ${held}\n`,
    ),
    "usr/lib/halfbridge/stages/network": stage("network"),
    ...files,
  });
  const script = await relocate("usr/lib/halfbridge/stages/all", ["/run/", "/usr/lib/"], root);
  await writeFiles(root, { all: script });
  const { status, stderr } = runScript([join(root, "all"), command], { ROOT: root });
  const log = (await readFile(join(root, "log"), "utf8")).split("\n").filter(Boolean);
  return { status, stderr, log, isHeld: existsSync(join(root, "run/halfbridge/capture.held")) };
}

const started = ["guard start", "capture start", "network start"];
const stopped = ["network stop", "capture stop", "guard stop"];

test("links come up last and go down first", async (t) => {
  t.like(await runAll(t, "start"), { status: 0, log: started });
  t.like(await runAll(t, "stop"), { status: 0, log: stopped });
  t.like(await runAll(t, "restart"), { status: 0, log: [...stopped, ...started], isHeld: false });
});

test("after a stage that fails no link comes up; one that can't be stopped keeps none of the others", async (t) => {
  const fails = (name: string) => `#!/bin/sh\necho "${name} $1" >> "$ROOT/log"\nexit 1\n`;
  const guard = { "usr/lib/halfbridge/stages/guard": fails("guard") };
  t.like(await runAll(t, "start", guard), { status: 1, log: ["guard start"] });
  const network = { "usr/lib/halfbridge/stages/network": fails("network") };
  t.like(await runAll(t, "stop", network), {
    log: stopped,
    stderr: "stopping network left something behind\n",
  });
});

test("a capture that the operator stopped is stopped after a restart, too", async (t) => {
  const { log, isHeld } = await runAll(t, "restart", { "run/halfbridge/capture.held": "" });
  t.deepEqual(log, [...stopped, ...started, "capture stop"]);
  t.true(isHeld);
});
