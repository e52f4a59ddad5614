import { InputError, ToolError, formatFault } from "../core/faults.ts";

/** Says what went wrong and returns the exit code: 1 for input at fault, 2 for a tool or this machine. */
export function reportFailure(error: unknown, json: boolean): 1 | 2 {
  if (error instanceof InputError) {
    if (json) process.stdout.write(`${JSON.stringify({ faults: error.faults }, null, 2)}\n`);
    else for (const fault of error.faults) process.stderr.write(`${formatFault(fault)}\n`);
    return 1;
  }
  const text = textOf(error);
  if (json) process.stdout.write(`${JSON.stringify({ error: text }, null, 2)}\n`);
  else process.stderr.write(`halfbridge: ${text}\n`);
  return 2;
}

/** What a person can act on; the stack only of what nobody foresaw. */
export function textOf(error: unknown): string {
  if (error instanceof ToolError || error instanceof InputError) return error.message;
  const { code, path, syscall, message, stack } = error as NodeJS.ErrnoException;
  if (code !== undefined && syscall !== undefined) return `${path ?? syscall}: ${message}`;
  return stack ?? String(error);
}
