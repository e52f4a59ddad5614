/**
 * How a command goes to a shell on a serial line, and its status and output come back. `tag` is a word
 * that is used once; markers are typed with quotes inside, so that the terminal's echo doesn't match.
 */
import { createHash } from "node:crypto";

export interface Result {
  readonly status: number;
  /** stdout and stderr, as they came. */
  readonly output: string;
}

export interface Framing {
  /** What to type to run a command in a subshell and to get its result. */
  readonly run: (tag: string, command: string) => string;
  /** What to type to get the last result once more, where that can be had. */
  readonly again?: (tag: string) => string;
  /** Reads a result out of what was received; undefined while it is incomplete, or if it came damaged. */
  readonly parse: (received: string, tag: string) => Result | undefined;
}

/** For a line on which nobody else writes: output goes as it is. */
export const privateLine: Framing = {
  run: (tag, command) =>
    `echo "@"${tag}"<";(eval ${quoteForShell(command)}) </dev/null 2>&1;echo "@"${tag}"=$?@"\n`,
  parse(received, tag) {
    const match = new RegExp(`@${tag}<\\r?\\n([^]*)@${tag}=(\\d+)@`).exec(received);
    return match === null ? undefined : { status: Number(match[2]), output: match[1] as string };
  },
};

/**
 * For a router's console, where the terminal echoes, programs log, and the kernel prints over everything:
 * the command runs once, its output goes to a file, and the file is fetched in base64 lines with a
 * checksum, as often as it takes; in hexadecimal ones where BusyBox has no base64 (OpenWrt's). `busybox` is named
 * because a router's applets need not all have links.
 */
export const sharedLine: Framing = {
  run: (tag, command) =>
    `(eval ${quoteForShell(command)}) >${file} 2>&1 </dev/null;lab_status=$?;${fetch(tag)}\n`,
  again: (tag) => `${fetch(tag)}\n`,
  parse(received, tag) {
    const match = new RegExp(`@${tag}<([^]*)@${tag}=(\\d+) ([0-9a-f]{32})`).exec(received);
    if (match === null) return undefined;
    const output = decode((match[1] as string).split(/\r?\n/));
    const checksum = createHash("md5").update(output).digest("hex");
    return checksum === match[3] ? { status: Number(match[2]), output: output.toString() } : undefined;
  },
};

function decode(lines: readonly string[]): Buffer {
  const hex = lines.flatMap((line) => /^:((?:[0-9a-f]{2})+) *$/.exec(line)?.[1] ?? []);
  if (hex.length > 0) return Buffer.from(hex.join(""), "hex");
  return Buffer.from(lines.filter((line) => /^[A-Za-z0-9+/]+=*$/.test(line)).join(""), "base64");
}

/** In POSIX form: zx's quote is for bash. */
export const quoteForShell = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

const file = '"${TMPDIR:-/tmp}/console-output"';

const fetch = (tag: string): string =>
  `echo "@"${tag}"<";busybox base64 ${file} 2>/dev/null||busybox hexdump -v -e '":" 32/1 "%02x" "\\n"' ${file};echo "@"${tag}"=$lab_status $(busybox md5sum <${file})"`;
