import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { ToolError } from "../build/core/faults.ts";
import type { Framing, Result } from "./framing.ts";

export interface Patience {
  /** How long to wait, in milliseconds. */
  readonly timeoutMs?: number;
}

/** How long a machine gets for what it should do at once; emulated machines on a busy host are slow. */
const usualTimeoutMs = 15_000;
/** After so long without a complete result it is asked for again: the end marker may have been garbled. */
const askAgainMs = 5_000;

let sequence = 0;

/** A shell at the other end of a serial line. Commands run one after another, each in a subshell. */
export class Console {
  readonly name: string;
  readonly stream: Duplex;
  /** All that was received, for people and for patterns. */
  received = "";
  readonly #framing: Framing;
  readonly #log: string;
  #closed = false;
  #listeners = new Set<() => void>();
  #turn: Promise<unknown> = Promise.resolve();

  /** `log` names the file to look at in errors. */
  constructor(stream: Duplex, framing: Framing, name: string, log: string) {
    this.name = name;
    this.stream = stream;
    this.#framing = framing;
    this.#log = log;
    stream.setEncoding("utf8");
    stream.on("data", (text: string) => {
      this.received += text;
      this.#wake();
    });
    stream.on("error", () => {}); // a machine that is killed breaks the line; "close" follows
    stream.on("close", () => {
      this.#closed = true;
      this.#wake();
    });
  }

  /** Runs a command and gives its status and output, stdout and stderr mixed. */
  run(command: string, { timeoutMs = usualTimeoutMs }: Patience = {}): Promise<Result> {
    const turn = this.#turn.then(() => this.#run(command, timeoutMs));
    this.#turn = turn.catch(() => {});
    return turn;
  }

  /** As run, for a command that has to succeed; gives its output without the last newline. */
  async succeed(command: string, patience: Patience = {}): Promise<string> {
    const { status, output } = await this.run(command, patience);
    if (status !== 0)
      throw new ToolError(this.#tell(command, `ended with ${status}`, output), `see ${this.#log}`);
    return output.trimEnd();
  }

  /** As run, for a command that must not succeed. */
  async fail(command: string, patience: Patience = {}): Promise<string> {
    const { status, output } = await this.run(command, patience);
    if (status === 0)
      throw new ToolError(this.#tell(command, "should have failed", output), `see ${this.#log}`);
    return output.trimEnd();
  }

  /** Runs a command again and again until it succeeds. */
  async waitUntilSucceeds(command: string, { timeoutMs = usualTimeoutMs }: Patience = {}): Promise<string> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const { status, output } = await this.run(command, {
        timeoutMs: Math.max(1000, deadline - performance.now()),
      });
      if (status === 0) return output.trimEnd();
      if (performance.now() > deadline) {
        throw new ToolError(
          this.#tell(command, `still ended with ${status} after ${timeoutMs / 1000} s`, output),
          `see ${this.#log}`,
        );
      }
      await sleep(200);
    }
  }

  /** Waits until what was received since position `from` matches. */
  async waitFor(
    pattern: RegExp,
    { timeoutMs = usualTimeoutMs, from = 0 }: Patience & { from?: number } = {},
  ): Promise<RegExpExecArray> {
    const match = await this.#until(() => pattern.exec(this.received.slice(from)) ?? undefined, timeoutMs);
    if (match !== undefined) return match;
    const why = this.#closed
      ? "the machine ended before it said"
      : `nothing in ${timeoutMs / 1000} s matched`;
    throw new ToolError(
      `${this.name}: ${why} ${String(pattern)}; the last it said:\n${lastLines(this.received)}`,
      `see ${this.#log}`,
    );
  }

  /** Waits until the machine has ended: nothing is received any more. */
  async waitForEnd({ timeoutMs = usualTimeoutMs }: Patience = {}): Promise<void> {
    const ended = await this.#until(() => this.#closed || undefined, timeoutMs);
    if (ended === undefined) throw new ToolError(`${this.name}: still runs after ${timeoutMs / 1000} s`);
  }

  /**
   * Waits until a shell answers; knocks every second. Nothing is typed before the console said what `after` is: a
   * boot loader's menu on the same line would take it for its own.
   */
  async waitForShell({
    timeoutMs = usualTimeoutMs,
    after,
  }: Patience & { after?: RegExp } = {}): Promise<void> {
    const started = performance.now();
    if (after !== undefined) await this.waitFor(after, { timeoutMs });
    const word = `here${++sequence}`;
    const from = this.received.length;
    const deadline = started + timeoutMs;
    const answered = () => this.received.includes(`@${word}@`, from) || undefined;
    while (!this.#closed && performance.now() < deadline) {
      this.type(`\necho "@"${word}@\n`);
      if (await this.#until(answered, 1000)) return;
    }
    throw new ToolError(
      `${this.name}: no shell answers; the last it said:\n${lastLines(this.received)}`,
      `see ${this.#log}`,
    );
  }

  /** Types raw text. */
  type(text: string): void {
    this.stream.write(text);
  }

  async #run(command: string, timeoutMs: number): Promise<Result> {
    const { run, again, parse } = this.#framing;
    const deadline = performance.now() + timeoutMs;
    const from = this.received.length;
    let tag = `run${++sequence}`;
    this.type(run(tag, command));
    while (!this.#closed && performance.now() < deadline) {
      const patienceMs = Math.min(deadline - performance.now(), again === undefined ? Infinity : askAgainMs);
      const result = await this.#until(() => parse(this.received.slice(from), tag), patienceMs);
      if (result !== undefined) return result;
      tag = `run${++sequence}`;
      if (again !== undefined) this.type(again(tag)); // a shell that is still busy reads it when it is done
    }
    // gives a terminal's shell back; a shell without a terminal would take it for a part of its next command
    if (!this.#closed && again !== undefined) this.type("\x03");
    const why = this.#closed ? "the machine ended" : `no answer within ${timeoutMs / 1000} s`;
    throw new ToolError(this.#tell(command, why, lastLines(this.received)), `see ${this.#log}`);
  }

  /** The first thing that `look` finds, looking again whenever something is received; undefined after `timeoutMs` or at the end of the line. */
  async #until<T>(look: () => T | undefined, timeoutMs: number): Promise<T | undefined> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const found = look();
      const leftMs = deadline - performance.now();
      if (found !== undefined || this.#closed || leftMs <= 0) return found;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(done, leftMs);
        const listeners = this.#listeners;
        function done(): void {
          clearTimeout(timer);
          listeners.delete(done);
          resolve();
        }
        listeners.add(done);
      });
    }
  }

  #wake(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  #tell(command: string, fact: string, said: string): string {
    return [
      `${this.name}: ${fact}:`,
      `  ${command}`,
      ...lastLines(said)
        .split("\n")
        .map((line) => `  | ${line}`),
    ].join("\n");
  }
}

const lastLines = (text: string): string => text.trimEnd().split("\n").slice(-15).join("\n");
