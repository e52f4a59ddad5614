import type { AccessRecord } from "../access.ts";

/** How long a line may wait for others. */
const batchMs = 200;

/** Takes some whole lines as one text; must not throw, and must not wait. */
export type BatchSink = (lines: string, count: number) => void;

/**
 * The access log: a busy proxy has tens of thousands of records a second, so lines are gathered and handed
 * on together. No more than `batchCharacters` are ever kept; what a sink can't take, it counts itself.
 */
export class AccessLog {
  readonly #format: (record: AccessRecord) => string;
  readonly #sink: BatchSink;
  readonly #batchCharacters: number;
  #lines = "";
  #count = 0;
  readonly #timer: NodeJS.Timeout;

  constructor(format: (record: AccessRecord) => string, sink: BatchSink, batchCharacters: number) {
    this.#format = format;
    this.#sink = sink;
    this.#batchCharacters = batchCharacters;
    this.#timer = setTimeout(() => this.flush(), batchMs).unref();
  }

  write(record: AccessRecord): void {
    this.#lines += this.#format(record);
    this.#count++;
    if (this.#lines.length >= this.#batchCharacters) this.flush();
    else if (this.#count === 1) this.#timer.refresh();
  }

  /** Hands on what has been gathered; to be called once more at the end of the process. */
  flush(): void {
    if (this.#count === 0) return;
    const [lines, count] = [this.#lines, this.#count];
    this.#lines = "";
    this.#count = 0;
    this.#sink(lines, count);
  }
}
