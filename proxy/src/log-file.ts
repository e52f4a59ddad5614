import { closeSync, fstatSync, ftruncateSync, mkdirSync, openSync, renameSync, writeSync } from "node:fs";

/**
 * A log that stays below twice its limit: at `maxBytes` the file becomes `<path>.1`, in place of
 * the one before. What can't be written (disk full, folder gone) is counted, and the count is
 * written once writing works again.
 */
export class LogFile {
  readonly #path: string;
  readonly #maxBytes: number;
  readonly #retryMs: number;
  #fd: number | undefined;
  #sizeBytes = 0;
  #lostLines = 0;
  #retryAtMs = 0;

  /** @param retryMs How long a file that can't be written is left alone. */
  constructor(path: string, maxBytes: number, retryMs = 5000) {
    this.#path = path;
    this.#maxBytes = maxBytes;
    this.#retryMs = retryMs;
  }

  /** Appends one line, given with its end. Never throws. */
  write(line: string): void {
    if (this.#lostLines > 0 && performance.now() < this.#retryAtMs) {
      this.#lostLines++;
      return;
    }
    try {
      if (this.#lostLines > 0) this.#append(describeLoss(this.#lostLines));
      this.#append(line);
      this.#lostLines = 0;
    } catch {
      this.#lostLines++;
      this.#retryAtMs = performance.now() + this.#retryMs;
      this.#close();
    }
  }

  #append(line: string): void {
    const bytes = Buffer.from(line);
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

function describeLoss(lines: number): string {
  return `${JSON.stringify({ time: new Date().toISOString(), event: "log-lost", lines })}\n`;
}
