import { AsyncLocalStorage } from "node:async_hooks";
import { interruption } from "./interrupt.ts";

/**
 * Says what is being done and how long it took: a live line with elapsed time on a terminal, plain
 * lines elsewhere. Everything goes to stderr, so that stdout stays for results.
 */
const live = process.stderr.isTTY;

/** Tells how far a step is: a share from 0 to 1. */
export type TellShare = (share: number) => void;

/** Has a step show what it is at: beside its title on a terminal, elsewhere as a line every so often. */
export type ShowActivity = (activity: () => string, everyMs: number) => void;

/** A step that is under way. */
interface Running {
  readonly title: string;
  readonly started: number;
  share?: number;
  activity?: () => string;
}

/** There may be several. */
const running = new Set<Running>();
let ticker: NodeJS.Timeout | undefined;

/** What all that is said in some work is about. */
const subject = new AsyncLocalStorage<string>();

/** Does work in which every line begins with what it is about: several boards may be worked on at the same time. */
export function sayAbout<T>(about: string, work: () => Promise<T>): Promise<T> {
  return subject.run(about, work);
}

/** Runs one long step under a title. A step that knows how far it is may tell, and show what it is at. */
export async function step<T>(
  title: string,
  work: (tell: TellShare, show: ShowActivity) => Promise<T>,
): Promise<T> {
  interruption.throwIfAborted();
  const entry: Running = { title: withSubject(title), started: performance.now() };
  running.add(entry);
  if (live) {
    ticker ??= setInterval(showRunning, 200);
    showRunning();
  } else {
    process.stderr.write(`… ${entry.title}\n`);
  }
  let beat: NodeJS.Timeout | undefined;
  const end = (mark: string) => {
    clearInterval(beat);
    running.delete(entry);
    say(`${mark} ${entry.title} ${elapsed(entry.started)}`);
  };
  try {
    const result = await work(
      (share) => {
        entry.share = share;
      },
      (activity, everyMs) => {
        entry.activity = activity;
        if (!live) beat = setInterval(() => say(`… ${describe(entry)}`), everyMs);
      },
    );
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
  const steps = [...running].map(describe);
  process.stderr.write(`\r\x1b[2K${`… ${steps.join(" · ")}`.slice(0, process.stderr.columns - 1)}`);
}

function describe({ title, started, share, activity }: Running): string {
  const shares = share === undefined ? [] : [`${Math.floor(share * 100)} %`];
  const told = [title, ...shares, elapsed(started)].join(" ");
  return activity === undefined ? told : `${told}: ${activity()}`;
}

function withSubject(text: string): string {
  const about = subject.getStore();
  return about === undefined ? text : `${about}: ${text}`;
}

function elapsed(started: number): string {
  return `${((performance.now() - started) / 1000).toFixed(1)} s`;
}
