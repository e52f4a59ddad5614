import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import test from "ava";
import { ToolError } from "../../build/core/faults.ts";
import { projectRoot } from "../../build/core/paths.ts";
import { formatCommand, run } from "../../build/core/run.ts";
import { temporaryFolder } from "../temporary-folder.ts";

test("a command's arguments reach it as they are", async (t) => {
  const { stdout } = await run(["printf", "%s|", "a b", "$HOME", "`id`", "it's", ""]);
  t.is(stdout, "a b|$HOME|`id`|it's||");
});

test("a command that fails is shown as it can be pasted, with what it said", async (t) => {
  const error = await t.throwsAsync(run(["sh", "-c", "echo broken thing >&2; exit 3"]), {
    instanceOf: ToolError,
  });
  t.regex(error.message, /exit code 3/);
  t.regex(error.message, /\| broken thing/);
  t.true(error.message.includes(formatCommand(["sh", "-c", "echo broken thing >&2; exit 3"])));
});

test("a tool that isn't there is told by its name", async (t) => {
  await t.throwsAsync(run(["no-such-tool-here"]), {
    instanceOf: ToolError,
    message: /no-such-tool-here: not found/,
  });
});

test("an interruption ends a command with all that it has started", async (t) => {
  const pidFile = join(await temporaryFolder(t), "pid");
  const code = `import { endOnSignals } from "${join(projectRoot, "build/core/interrupt.ts")}";
import { run } from "${join(projectRoot, "build/core/run.ts")}";
endOnSignals();
await run(["sh", "-c", "sh -c 'echo $$ > ${pidFile}; sleep 60; :'; :"]).catch(() => {});`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", code], { stdio: "ignore" });
  const ended = once(child, "exit");
  const pidWritten = async () => (await readFile(pidFile, "utf8").catch(() => "")).trim();
  while ((await pidWritten()) === "") await setTimeout(20);
  child.kill("SIGTERM");
  t.deepEqual((await ended)[0], 143);
  // one that nobody has waited for yet has no command line any more
  const commandLine = async () => readFile(`/proc/${await pidWritten()}/cmdline`, "utf8").catch(() => "");
  for (let tries = 0; tries < 50 && (await commandLine()) !== ""; tries++) await setTimeout(20);
  t.is(await commandLine(), "");
});

test("an exit code that was expected is no failure", async (t) => {
  t.is((await run(["sh", "-c", "exit 4"], { okCodes: [0, 4] })).exitCode, 4);
  t.is((await run(["sh", "-c", "exit 127"], { okCodes: [0, 127] })).exitCode, 127);
});
