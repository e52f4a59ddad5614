#!/usr/bin/env node
import { enableCompileCache } from "node:module";
import { join } from "node:path";
import { projectRoot } from "../core/paths.ts";

// what the command before has compiled this one needn't: half of a small one's time
enableCompileCache(join(projectRoot, "out", ".cache", "node"));
const { endOnSignals } = await import("../core/interrupt.ts");
const { runProgram } = await import("./program.ts");

// A reader that has seen enough, such as `head`, is no fault.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

endOnSignals();

await runProgram(process.argv.slice(2));
