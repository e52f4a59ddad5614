import { AsyncLocalStorage } from "node:async_hooks";
import { interruption } from "./interrupt.ts";

/**
 * Says what is being done and how long it took: a live line with elapsed time on a terminal, plain
 * lines elsewhere. Everything goes to stderr, so that stdout stays for results.
 */
const live = process.stderr.isTTY;

/** Steps that are under way, of which there may be several. */
const running = new Set<{ readonly title: string; readonly started: number }>();
let ticker: NodeJS.Timeout | undefined;

/** What all that is said in some work is about. */
const subject = new AsyncLocalStorage<string>();

/** Does work in which every line begins with what it is about: several boards may be worked on at the same time. */
export function sayAbout<T>(about: string, work: () => Promise<T>): Promise<T> {
  return subject.run(about, work);
}

/** Runs one long step under a title. */
export async function step<T>(title: string, work: () => Promise<T>): Promise<T> {
  interruption.throwIfAborted();
  const entry = { title: withSubject(title), started: performance.now() };
  running.add(entry);
  if (live) {
    ticker ??= setInterval(showRunning, 200);
    showRunning();
  } else {
    process.stderr.write(`… ${entry.title}\n`);
  }
  const end = (mark: string) => {
    running.delete(entry);
    say(`${mark} ${entry.title} ${elapsed(entry.started)}`);
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
  say(withSubject(text));
}

function say(text: string): void {
  process.stderr.write(`${live ? "\r\x1b[2K" : ""}${text}\n`);
  if (running.size > 0) {
    if (live) showRunning();
    return;
  }
  clearInterval(ticker);
  ticker = undefined;
}

function showRunning(): void {
  const steps = [...running].map(({ title, started }) => `${title} ${elapsed(started)}`);
  process.stderr.write(`\r\x1b[2K${`… ${steps.join(" · ")}`.slice(0, process.stderr.columns - 1)}`);
}

function withSubject(text: string): string {
  const about = subject.getStore();
  return about === undefined ? text : `${about}: ${text}`;
}

function elapsed(started: number): string {
  return `${((performance.now() - started) / 1000).toFixed(1)} s`;
}
