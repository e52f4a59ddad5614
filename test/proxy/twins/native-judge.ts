import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { projectRoot } from "../../../build/core/paths.ts";
import { run } from "../../../build/core/run.ts";
import type { BytesCase } from "./bytes-case.ts";

const addon = join(projectRoot, "proxy", "addon");
const parsers = ["http-line", "http-target", "http-request", "http-answer", "http-chunks", "hello"];
const sanitized = [
  ...["-std=gnu11", "-O1", "-g", "-Wall", "-Wextra", "-Werror", "-fno-pie"],
  ...["-fsanitize=address,undefined", "-fno-sanitize-recover=all"],
];
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

  /** With `coverage`, each line ends with a tab and how much code ran that hadn't before. */
  static async start(coverage = false): Promise<NativeJudge> {
    const folder = await mkdtemp(join(tmpdir(), "halfbridge-judge-"));
    const program = join(folder, "judge-bytes");
    await compile(folder, program, coverage);
    return new NativeJudge(program, () => rm(folder, { recursive: true }));
  }

  private constructor(program: string, cleanUp: () => Promise<void>) {
    const env = { ASAN_OPTIONS: "detect_leaks=0", UBSAN_OPTIONS: "print_stacktrace=1" };
    const child = spawn("/bin/sh", ["-c", withoutRandomAddresses, "sh", program], {
      stdio: ["pipe", "pipe", "pipe"],
      env,
    });
    const said = text(child.stderr);
    createInterface({ input: child.stdout }).on("line", (line) => this.#waiting.shift()?.resolve(line));
    child.stdin.on("error", () => {}); // who waits for an answer is told why there is none
    this.#process = child;
    this.#ended = new Promise((resolve, reject) => {
      child.once("close", (code, signal) => {
        void said.then((stderr) => {
          const why = new Error(
            `the C parsers ended with ${signal ?? code} when they were given:\n${stderr}`,
          );
          for (const waiting of this.#waiting.splice(0)) waiting.reject(why);
          return cleanUp().then(resolve, reject);
        });
      });
    });
  }

  /** Rejects when the sanitizers, or anything else, ended the process; the first that is rejected is the cause. */
  ask({ kind, limit, step, data }: BytesCase): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#process.stdin?.write(`${kind} ${limit} ${step} ${data.length}\n`);
      this.#process.stdin?.write(data);
    });
  }

  async end(): Promise<void> {
    this.#process.stdin?.end();
    await this.#ended;
  }
}

async function compile(folder: string, program: string, coverage: boolean): Promise<void> {
  const sources = parsers.map((name) => join(addon, "engine", `${name}.c`));
  const harness = join(addon, "test", "judge-bytes.c");
  if (!coverage) {
    await run(["gcc", ...sanitized, "-no-pie", "-o", program, harness, ...sources]);
    return;
  }
  // Only the parsers are to be noticed.
  const watched = ["-fsanitize-coverage=trace-pc", "-c", ...sources];
  await run(["gcc", ...sanitized, ...watched], { cwd: folder });
  const objects = parsers.map((name) => join(folder, `${name}.o`));
  const others = [harness, join(addon, "test", "coverage.c")];
  await run(["gcc", ...sanitized, "-no-pie", "-o", program, ...others, ...objects]);
}
