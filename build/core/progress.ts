import { interruption } from "./interrupt.ts";

/**
 * Says what is being done and how long it took: a live line with elapsed time on a terminal, plain
 * lines elsewhere. Everything goes to stderr, so that stdout stays for results.
 */
const live = process.stderr.isTTY;

/** Tells how far a step is: a share from 0 to 1. */
export type TellShare = (share: number) => void;

/** Runs one long step under a title. A step that knows how far it is may tell. */
export async function step<T>(title: string, work: (tell: TellShare) => Promise<T>): Promise<T> {
  interruption.throwIfAborted();
  const started = performance.now();
  let percent = "";
  const say = () => {
    if (live) process.stderr.write(`\r\x1b[2K… ${title} ${percent}${elapsed(started)}`);
  };
  if (!live) process.stderr.write(`… ${title}\n`);
  say();
  const timer = live ? setInterval(say, 200) : undefined;
  const end = (mark: string) => {
    clearInterval(timer);
    process.stderr.write(`${live ? "\r\x1b[2K" : ""}${mark} ${title} ${elapsed(started)}\n`);
  };
  try {
    const result = await work((share) => {
      percent = `${Math.floor(share * 100)} % `;
    });
    end("✓");
    return result;
  } catch (error) {
    end("✗");
    throw error;
  }
}

/** Adds up what is done of a total, and tells the share. */
export function countUp(total: number, tell: TellShare): (bytes: number) => void {
  let done = 0;
  return (bytes) => {
    done += bytes;
    tell(done / total);
  };
}

/** Says one line without a timing. */
export function note(text: string): void {
  process.stderr.write(`${live ? "\r\x1b[2K" : ""}${text}\n`);
}

function elapsed(started: number): string {
  return `${((performance.now() - started) / 1000).toFixed(1)} s`;
}
