import { closeSync, fstatSync, ftruncateSync, mkdirSync, openSync, renameSync, writeSync } from "node:fs";

/**
 * A log that stays below twice its limit: at `maxBytes` the file becomes `<path>.1`, in place of
 * the one before. What can't be written (disk full, folder gone) is counted, and the count is
 * written once writing works again.
 */
export class LogFile {
  readonly #path: string;
  readonly #maxBytes: number;
  readonly #tellLoss: (lines: number) => string;
  readonly #retryMs: number;
  #fd: number | undefined;
  #sizeBytes = 0;
  #lostLines = 0;
  #lostLinesInAll = 0;
  #retryAtMs = 0;

  /**
   * Opens the file at once: later there may be no descriptor left.
   * @param tellLoss The line that says how many are missing; empty in a format that can't say it.
   * @param retryMs How long a file that can't be written is left alone.
   */
  constructor(path: string, maxBytes: number, tellLoss = tellLossAsJson, retryMs = 5000) {
    this.#path = path;
    this.#maxBytes = maxBytes;
    this.#tellLoss = tellLoss;
    this.#retryMs = retryMs;
    try {
      this.#open();
    } catch {
      // Writing tries again.
    }
  }

  /** Lines that were never written. */
  get lostLines(): number {
    return this.#lostLinesInAll;
  }

  /** Appends whole lines, as many as it says, no larger together than the limit. Never throws. */
  write(lines: string, count = 1): void {
    if (this.#lostLines > 0 && performance.now() < this.#retryAtMs) {
      this.#lose(count);
      return;
    }
    try {
      if (this.#lostLines > 0) this.#append(this.#tellLoss(this.#lostLines));
      this.#lostLines = 0;
      this.#append(lines);
    } catch {
      this.#lose(count);
      this.#retryAtMs = performance.now() + this.#retryMs;
      this.#close();
    }
  }

  #lose(lines: number): void {
    this.#lostLines += lines;
    this.#lostLinesInAll += lines;
  }

  #append(lines: string): void {
    const bytes = Buffer.from(lines);
    let fd = this.#fd ?? this.#open();
    if (this.#sizeBytes > 0 && this.#sizeBytes + bytes.length > this.#maxBytes) {
      this.#close();
      renameSync(this.#path, `${this.#path}.1`);
      fd = this.#open();
    }
    const written = writeSync(fd, bytes);
    if (written < bytes.length) {
      // A disk that filled up in the middle: no half lines.
      ftruncateSync(fd, this.#sizeBytes);
      throw new Error("disk full");
    }
    this.#sizeBytes += written;
  }

  #open(): number {
    mkdirSync(this.#path.replace(/\/[^/]*$/, "/"), { recursive: true });
    const fd = openSync(this.#path, "a");
    this.#fd = fd;
    this.#sizeBytes = fstatSync(fd).size;
    return fd;
  }

  #close(): void {
    const fd = this.#fd;
    this.#fd = undefined;
    if (fd !== undefined) closeSync(fd);
  }
}

function tellLossAsJson(lines: number): string {
  return `${JSON.stringify({ time: new Date().toISOString(), event: "log-lost", lines })}\n`;
}
