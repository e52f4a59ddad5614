import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import { note } from "./progress.ts";
import { formatCommand, run, type RunOptions, type RunResult } from "./run.ts";

/** As run, for a command that takes long: what it says is shown as it comes, and added to a log. */
export async function runLogged(
  argv: readonly string[],
  log: string,
  options: RunOptions = {},
): Promise<RunResult> {
  const file = createWriteStream(log, { flags: "a" });
  file.write(`$ ${formatCommand(argv)}\n`);
  let rest = "";
  const onOutput = (text: string) => {
    file.write(text);
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line.trim() !== "") note(`  | ${line}`);
  };
  try {
    return await run(argv, { ...options, onOutput });
  } finally {
    file.end();
    await finished(file);
  }
}
