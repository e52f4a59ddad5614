/** Runs each command of halfbridge that its parent sends, as words, and answers with what it said. */
import { enableCompileCache } from "node:module";
import { join } from "node:path";
import { projectRoot } from "../../build/core/paths.ts";
import type { RunResult } from "../../build/core/run.ts";

enableCompileCache(join(projectRoot, "out", ".cache", "node"));
const { runProgram } = await import("../../build/cli/program.ts");

const said = { stdout: "", stderr: "" };
for (const name of ["stdout", "stderr"] as const)
  process[name].write = (text: string | Uint8Array): boolean => {
    said[name] += typeof text === "string" ? text : Buffer.from(text).toString();
    return true;
  };

process.on("message", (argv: readonly string[]) => void answer(argv));

async function answer(argv: readonly string[]): Promise<void> {
  said.stdout = said.stderr = "";
  process.exitCode = 0;
  await runProgram(argv);
  const result: RunResult = { ...said, exitCode: process.exitCode };
  process.exitCode = 0;
  process.send?.(result);
}
