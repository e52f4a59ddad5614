import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import type { BytesCase } from "./bytes-case.ts";
import { compileParsers } from "./compile-parsers.ts";

/** Older sanitizers can't have it where newer kernels put libraries; not everywhere may they be told so. */
const withoutRandomAddresses = `setarch -R true 2>/dev/null && exec setarch -R "$1" || exec "$1"`;

interface Waiting {
  resolve(line: string): void;
  reject(error: Error): void;
}

/** The C parsers under AddressSanitizer and UBSan, as a process that is asked; compiled by the machine's gcc. */
export class NativeJudge {
  readonly #process: ChildProcess;
  readonly #waiting: Waiting[] = [];
  readonly #ended: Promise<void>;

  /** With `coverage`, each line ends with tabs, how much code ran that hadn't before, and how much hadn't so often. */
  static async start(coverage = false): Promise<NativeJudge> {
    return new NativeJudge(await compileParsers(coverage));
  }

  private constructor(program: string) {
    const env = { ASAN_OPTIONS: "detect_leaks=0", UBSAN_OPTIONS: "print_stacktrace=1" };
    const child = spawn("/bin/sh", ["-c", withoutRandomAddresses, "sh", program], {
      stdio: ["pipe", "pipe", "pipe"],
      env,
    });
    const said = text(child.stderr);
    createInterface({ input: child.stdout }).on("line", (line) => this.#waiting.shift()?.resolve(line));
    child.stdin.on("error", () => {}); // who waits for an answer is told why there is none
    this.#process = child;
    this.#ended = new Promise((resolve) => {
      child.once("close", (code, signal) => {
        void said.then((stderr) => {
          const why = new Error(
            `the C parsers ended with ${signal ?? code} when they were given:\n${stderr}`,
          );
          for (const waiting of this.#waiting.splice(0)) waiting.reject(why);
          resolve();
        });
      });
    });
  }

  /** Rejects when the sanitizers, or anything else, ended the process; the first that is rejected is the cause. */
  ask({ kind, limit, step, data }: BytesCase): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      const header = Buffer.from(`${kind} ${limit} ${step} ${data.length}\n`);
      this.#process.stdin?.write(Buffer.concat([header, data]));
    });
  }

  get hasEnded(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  async end(): Promise<void> {
    this.#process.stdin?.end();
    await this.#ended;
  }
}
