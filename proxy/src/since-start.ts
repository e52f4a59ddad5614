import { readFileSync } from "node:fs";

/** Of the times in /proc/PID/stat, on every architecture. */
const ticksPerSecond = 100;

/**
 * Milliseconds, in steps of 10, since this process was forked: what came before Node (setpriv, the loader) counts
 * too, unlike in performance.now(). NaN where the kernel doesn't say.
 */
export function sinceStartMs(): number {
  try {
    return sinceStart(readFileSync("/proc/self/stat", "latin1"), readFileSync("/proc/uptime", "latin1"));
  } catch {
    return NaN;
  }
}

/** The same from the two files' texts: starttime and the time since the machine was started (proc(5)). */
export function sinceStart(stat: string, uptime: string): number {
  // the second field is the program's name, in parentheses, and may hold any character
  const startTicks = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]);
  return Math.round(Number.parseFloat(uptime) * 1000 - (startTicks * 1000) / ticksPerSecond);
}
