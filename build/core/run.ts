import { constants } from "node:os";
import { $, quote } from "zx";
import { ToolError } from "./faults.ts";
import { interruption } from "./interrupt.ts";

export interface RunOptions {
  readonly cwd?: string;
  /** Added to the process's own environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Buffer;
  /** Exit codes that count as success; 0 when not given. */
  readonly okCodes?: readonly number[];
}

export interface RunResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** For a command whose failing its caller explains. */
export const anyCode: readonly number[] = Array.from({ length: 256 }, (_, code) => code);

const quiet = $({ quiet: true, nothrow: true, prefix: "", postfix: "" });

// SOURCE_DATE_EPOCH of the caller's would have a say in what tools write: each is told its own.
const { SOURCE_DATE_EPOCH: _, ...inherited } = process.env;

/**
 * The one door for external commands: argv only, never a glued shell line. Throws a ToolError that
 * shows the command as it can be pasted into a shell, and the end of what it said.
 */
export async function run(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const { okCodes = [0] } = options;
  interruption.throwIfAborted();
  const shell = quiet({
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.input === undefined ? {} : { input: options.input }),
    env: { ...inherited, LC_ALL: "C.UTF-8", TZ: "UTC", ...options.env },
  });
  const running = shell`${[...argv]}`;
  // with all that it has started: who sends the signal to this process alone would leave that behind
  const end = async () => running.kill().catch(() => {});
  interruption.addEventListener("abort", end, { once: true });
  const { stdout, stderr, exitCode, signal } = await running.finally(() =>
    interruption.removeEventListener("abort", end),
  );
  interruption.throwIfAborted();
  const code = exitCode ?? 128 + constants.signals[signal ?? "SIGKILL"];
  if (code === 127 && !okCodes.includes(code)) {
    throw new ToolError(
      `${argv[0]}: not found on this machine`,
      "run scripts/build or scripts/test, which install what is needed",
    );
  }
  if (!okCodes.includes(code)) {
    const said = (stderr.trim() === "" ? stdout : stderr).trim().split("\n").slice(-15);
    throw new ToolError(
      [
        `${argv[0]} failed with exit code ${code}:`,
        `  ${formatCommand(argv)}`,
        ...said.map((line) => `  | ${line}`),
      ].join("\n"),
    );
  }
  return { stdout, stderr, exitCode: code };
}

/** The command line as it can be pasted into a shell. */
export function formatCommand(argv: readonly string[]): string {
  return argv.map((argument) => quote(argument)).join(" ");
}
