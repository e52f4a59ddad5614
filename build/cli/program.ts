import { Command, CommanderError } from "commander";
import { addBoard } from "./commands/board.ts";
import { addBoards } from "./commands/boards.ts";
import { addBuild } from "./commands/build.ts";
import { addCheck } from "./commands/check.ts";
import { addClean } from "./commands/clean.ts";
import { addExport } from "./commands/export.ts";
import { addFlash } from "./commands/flash.ts";
import { addLab } from "./commands/lab.ts";
import { addPlan } from "./commands/plan.ts";
import { addSize } from "./commands/size.ts";
import { addTest } from "./commands/test.ts";
import { interruption } from "../core/interrupt.ts";
import { reportFailure } from "./failure.ts";

const commands = [
  ...[addBoards, addBoard, addCheck, addPlan, addSize],
  ...[addBuild, addExport, addFlash, addLab, addTest, addClean],
];

/** Runs the command that these words say, and leaves its exit code in `process.exitCode`. */
export async function runProgram(argv: readonly string[]): Promise<void> {
  try {
    await makeProgram().parseAsync(argv, { from: "user" });
  } catch (error) {
    // it has said what it is, if only its help
    if (error instanceof CommanderError) process.exitCode = error.exitCode;
    else if (interruption.aborted) process.stderr.write(`halfbridge: ${interruption.reason.message}\n`);
    else process.exitCode = reportFailure(error, argv.includes("--json"));
  }
}

function makeProgram(): Command {
  const program = new Command("halfbridge")
    .description(
      "Builds flash-ready router images with a transparent filtering proxy, and proves each by booting it.",
    )
    .addHelpText(
      "after",
      `
Exit codes: 0 all is well, 1 the input is at fault (or a proof failed), 2 a tool or this machine is.
Examples:
  halfbridge check                              every board and example site of this checkout
  halfbridge build x86-64 --site sites/example.yaml
  halfbridge test x86-64 --site sites/example.yaml
  halfbridge flash x86-64 --to /dev/sdb`,
    )
    .showHelpAfterError("(halfbridge --help says more)")
    .exitOverride();
  for (const add of commands) add(program);
  return program;
}
