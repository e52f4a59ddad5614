import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { ToolError } from "./faults.ts";
import { hashOf } from "./hash.ts";
import { interruption } from "./interrupt.ts";
import { note } from "./progress.ts";

/** How long another process may have a folder before it is said that it is waited for. */
const patienceMs = 1000;

/**
 * Does work in a folder that no other process with the same cache works in meanwhile: waits until that has ended.
 * flock(1) holds the lock for as long as its input is open, so it is gone with this process, however that ends.
 */
export async function holdFolder<T>(folder: string, cache: string, work: () => Promise<T>): Promise<T> {
  interruption.throwIfAborted();
  const locks = join(cache, "locks");
  await mkdir(locks, { recursive: true });
  const lock = join(locks, hashOf(folder).slice(0, 16));
  const child = spawn("flock", [lock, "sh", "-c", "echo held; exec cat"], {
    stdio: ["pipe", "pipe", "inherit"],
    detached: true, // Ctrl-C ends what works here first
  });
  const ended = once(child, "close").then(() => Promise.reject(new ToolError(`can't lock ${lock}`)));
  ended.catch(() => {}); // it does end, once the work is done
  const waiting = setTimeout(() => note(`waits until another halfbridge is done in ${folder}`), patienceMs);
  try {
    await Promise.race([once(child.stdout, "data", { signal: interruption }), ended]);
    clearTimeout(waiting);
    return await work();
  } finally {
    clearTimeout(waiting);
    child.stdin.destroy();
    child.kill();
  }
}
