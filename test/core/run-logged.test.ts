import { readFile } from "node:fs/promises";
import { join } from "node:path";
import test from "ava";
import { ToolError } from "../../build/core/faults.ts";
import { runLogged } from "../../build/core/run-logged.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const { env } = process;

test("what a command says goes to its log, after what is there, and each line is told", async (t) => {
  const log = join(await temporaryFolder(t), "log");
  const lines: string[] = [];
  await runLogged(["sh", "-c", "echo one; echo two >&2"], { env, log, onLine: (line) => lines.push(line) });
  await runLogged(["echo", "three"], { env, log });
  t.deepEqual(lines.toSorted(), ["one", "two"]);
  t.regex(await readFile(log, "utf8"), /^\$ sh -c .*\n(one\ntwo|two\none)\n\$ echo three\nthree\n$/);
});

test("a command that fails is shown with the end of what it said, and where all of it is", async (t) => {
  const log = join(await temporaryFolder(t), "log");
  const error = await t.throwsAsync(runLogged(["sh", "-c", "echo broken; exit 3"], { env, log }), {
    instanceOf: ToolError,
  });
  t.regex(error.message, /^sh failed \(3\):[^]*\| broken\n {2}hint: all that it said is in /);
});

test("a log that can't be written is told, and ends the command with all that it has started", async (t) => {
  for (const log of ["/dev/full", join(await temporaryFolder(t), "nowhere", "log")]) {
    const started = performance.now();
    await t.throwsAsync(runLogged(["sh", "-c", "echo hi; sleep 60 & wait"], { env, log }), {
      instanceOf: ToolError,
      message: /ENOSPC|ENOENT/,
    });
    t.true(performance.now() - started < 30_000);
  }
});
