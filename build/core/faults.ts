/**
 * What went wrong, in the two kinds a caller has to tell apart: the input is at fault (exit 1), or
 * the tool or its environment is (exit 2).
 */

/** One thing that is wrong in one place of one input file. */
export interface Fault {
  /** The file as the user named it. */
  readonly file: string;
  /** Where in the file, as a JSON pointer (`/ports/isp`); empty for the file as a whole. */
  readonly path: string;
  /** What is so, as a phrase that can follow the path: `must be a string`. */
  readonly fact: string;
  /** What to do about it, without "please". */
  readonly hint?: string;
}

/** Input that can't be used: every fault that was found, not only the first. */
export class InputError extends Error {
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[]) {
    super(faults.map(formatFault).join("\n"));
    this.name = "InputError";
    this.faults = faults;
  }
}

/** A tool that failed, or an environment that lacks something. */
export class ToolError extends Error {
  readonly hint: string | undefined;

  constructor(fact: string, hint?: string) {
    super(hint === undefined ? fact : `${fact}\n  hint: ${hint}`);
    this.name = "ToolError";
    this.hint = hint;
  }
}

/** `board-configs/foo.yaml: /ports/isp: must be a string (example: eth0)` */
export function formatFault({ file, path, fact, hint }: Fault): string {
  const where = path === "" ? file : `${file}: ${path}`;
  return hint === undefined ? `${where}: ${fact}` : `${where}: ${fact} (${hint})`;
}
