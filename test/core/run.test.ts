import test from "ava";
import { ToolError } from "../../build/core/faults.ts";
import { formatCommand, run } from "../../build/core/run.ts";

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

test("an exit code that was expected is no failure", async (t) => {
  t.is((await run(["sh", "-c", "exit 4"], { okCodes: [0, 4] })).exitCode, 4);
  t.is((await run(["sh", "-c", "exit 127"], { okCodes: [0, 127] })).exitCode, 127);
});
