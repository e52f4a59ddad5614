import { constants, fstatSync, openSync, writeSync } from "node:fs";

/** What is kept for a console that is slower than the log; more than that is dropped. */
const maxPendingBytes = 64 * 1024;
const retryMs = 100;

/**
 * Writes lines to a console that may be slow or stuck (a serial line at 115200 baud takes 11 lines
 * of 1000 characters a second) without ever waiting for it, as process.stdout would on a terminal.
 */
export class LogConsole {
  readonly #fd: number;
  #pending = Buffer.alloc(0);
  #droppedLines = 0;
  readonly #retry: NodeJS.Timeout;

  /** @param stdout A descriptor; it is opened anew, so that non-blocking is this program's alone. */
  constructor(stdout: number) {
    this.#fd = reopenNonBlocking(stdout);
    this.#retry = setTimeout(() => this.#flush(), retryMs).unref();
  }

  /** Queues one line, given with its end. Never throws, never waits. */
  write(line: string): void {
    const bytes = Buffer.from(line);
    if (this.#pending.length + bytes.length > maxPendingBytes) {
      this.#droppedLines++;
      return;
    }
    this.#pending = this.#pending.length === 0 ? bytes : Buffer.concat([this.#pending, bytes]);
    this.#flush();
  }

  #flush(): void {
    try {
      while (this.#pending.length > 0) {
        this.#pending = this.#pending.subarray(writeSync(this.#fd, this.#pending));
      }
    } catch (error) {
      // Anything but "not now" means that nobody listens any more.
      if (!(error instanceof Error && "code" in error && error.code === "EAGAIN"))
        this.#pending = Buffer.alloc(0);
    }
    if (this.#pending.length > 0) {
      this.#retry.refresh();
    } else if (this.#droppedLines > 0) {
      const lines = this.#droppedLines;
      this.#droppedLines = 0;
      this.write(`${JSON.stringify({ time: new Date().toISOString(), event: "log-lost", lines })}\n`);
    }
  }
}

/**
 * A terminal or pipe through a description of its own. A file doesn't block, and has an offset to
 * share with whoever else writes to it; a socket can't be opened so.
 */
function reopenNonBlocking(fd: number): number {
  const file = fstatSync(fd);
  if (!file.isCharacterDevice() && !file.isFIFO()) return fd;
  const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants;
  try {
    return openSync(`/proc/self/fd/${fd}`, O_WRONLY | O_NONBLOCK | O_NOCTTY);
  } catch {
    return fd;
  }
}
