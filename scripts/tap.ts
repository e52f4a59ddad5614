import type { Tally } from "../build/report/verdict.ts";

/**
 * Reads what a TAP producer (https://testanything.org/tap-version-13-specification.html) says, line
 * by line, and counts. `failures` is what it said about each failed test, for people.
 */
export class TapReader {
  #passed = 0;
  #failed = 0;
  #skipped = 0;
  #ended = false;
  #inFailure = false;
  readonly #failures: string[] = [];

  read(line: string): void {
    const point = /^(not )?ok\b(?:.* # (SKIP|TODO)$)?/.exec(line);
    if (point !== null) {
      const [, not, directive] = point;
      const failed = not !== undefined && directive === undefined;
      if (directive !== undefined) this.#skipped += 1;
      else if (failed) this.#failed += 1;
      else this.#passed += 1;
      this.#inFailure = failed;
    }
    if (/^\d+\.\.\d+/.test(line)) this.#ended = true;
    if (point === null && !/^\s/.test(line)) this.#inFailure = false;
    if (this.#inFailure) this.#failures.push(line);
  }

  /** The sum; a stream without its closing plan line was cut off, which counts as a failure. */
  tally(): Tally {
    return { passed: this.#passed, failed: this.#failed + (this.#ended ? 0 : 1), skipped: this.#skipped };
  }

  get failures(): string {
    const lines = this.#ended
      ? this.#failures
      : [...this.#failures, "the test runner ended without its closing line"];
    return lines.join("\n");
  }
}
