import { interruption } from "./interrupt.ts";

/**
 * Says what is being done and how long it took: a live line with elapsed time on a terminal, plain
 * lines elsewhere. Everything goes to stderr, so that stdout stays for results.
 */
const live = process.stderr.isTTY;

/** Runs one long step under a title. */
export async function step<T>(title: string, work: () => Promise<T>): Promise<T> {
  interruption.throwIfAborted();
  const started = performance.now();
  const say = () => {
    if (live) process.stderr.write(`\r\x1b[2K… ${title} ${elapsed(started)}`);
  };
  if (!live) process.stderr.write(`… ${title}\n`);
  say();
  const timer = live ? setInterval(say, 200) : undefined;
  const end = (mark: string) => {
    clearInterval(timer);
    process.stderr.write(`${live ? "\r\x1b[2K" : ""}${mark} ${title} ${elapsed(started)}\n`);
  };
  try {
    const result = await work();
    end("✓");
    return result;
  } catch (error) {
    end("✗");
    throw error;
  }
}

/** Says one line without a timing. */
export function note(text: string): void {
  process.stderr.write(`${live ? "\r\x1b[2K" : ""}${text}\n`);
}

function elapsed(started: number): string {
  return `${((performance.now() - started) / 1000).toFixed(1)} s`;
}
