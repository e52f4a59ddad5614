import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { stripVTControlCharacters } from "node:util";
import { ToolError } from "./faults.ts";
import { interruption } from "./interrupt.ts";
import { formatCommand } from "./run.ts";

export interface LoggedRun {
  readonly cwd?: string;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Gets all that is said, after what it holds already. */
  readonly log: string;
  /** Told each line as it comes. */
  readonly onLine?: (line: string) => void;
}

/**
 * Runs a command that takes long and says much: its output goes to a file, line by line, not to memory. Throws a
 * ToolError with the end of it. An interruption ends it with all that it has started, and so does a log that can't be
 * written any more.
 */
export async function runLogged(argv: readonly string[], options: LoggedRun): Promise<void> {
  interruption.throwIfAborted();
  const [program = "", ...rest] = argv;
  const log = createWriteStream(options.log, { flags: "a" });
  log.write(`$ ${formatCommand(argv)}\n`);
  const child = spawn(program, rest, {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true, // a group of its own
  });
  const endGroup = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGTERM");
    } catch {
      // it has ended by itself
    }
  };
  let unwritten: Error | undefined;
  log.on("error", (error) => {
    unwritten ??= error;
    endGroup();
  });
  interruption.addEventListener("abort", endGroup, { once: true });
  try {
    const ended = once(child, "close");
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on("line", (line) => {
        log.write(`${line}\n`);
        options.onLine?.(line);
      });
    }
    const [code, signal] = (await ended.catch((error: unknown) => {
      throw new ToolError(`${program}: ${(error as Error).message}`);
    })) as [number | null, string | null];
    interruption.throwIfAborted();
    if (unwritten !== undefined) throw new ToolError(`${options.log}: ${unwritten.message}`);
    if (code !== 0) throw await failure(argv, code ?? signal, log, options.log);
  } finally {
    interruption.removeEventListener("abort", endGroup);
    log.end();
  }
}

async function failure(
  argv: readonly string[],
  code: number | string | null,
  log: NodeJS.WritableStream,
  file: string,
): Promise<ToolError> {
  await new Promise((written) => log.write("", written));
  const said = (await readFile(file, "utf8")).trim().split("\n").slice(-15).map(stripVTControlCharacters);
  return new ToolError(
    [
      `${argv[0]} failed (${String(code)}):`,
      `  ${formatCommand(argv)}`,
      ...said.map((line) => `  | ${line}`),
    ].join("\n"),
    `all that it said is in ${file}`,
  );
}
