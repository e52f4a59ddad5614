import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { ToolError } from "../../build/core/faults.ts";
import { parseListeningPorts, processTree } from "./proc-files.ts";

export interface Command {
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** A descriptor of this process that the program gets as its descriptor 3. */
  readonly inherit?: number;
  /** Called once the program has been started. */
  readonly started?: () => void;
}

const patienceMs = 30_000;

/** A server that runs; whatever it says is appended to one file. */
export class Program {
  readonly #child: ChildProcess;
  readonly #title: string;
  readonly #said: string;

  constructor(title: string, { argv: [file = "", ...rest], env, inherit, started }: Command, said: string) {
    const out = openSync(said, "a");
    this.#child = spawn(file, rest, {
      stdio: ["ignore", out, out, ...(inherit === undefined ? [] : [inherit])],
      env: { ...process.env, ...env },
    });
    closeSync(out);
    started?.();
    this.#child.on("error", () => {});
    this.#title = title;
    this.#said = said;
  }

  /** Its processes, as they are now. Throws a ToolError with what it said last if it has ended. */
  async pids(): Promise<number[]> {
    if (!this.#runs()) await this.#fail("has ended");
    return processTree(this.#child.pid as number);
  }

  /** Returns once it listens at the port, in the namespace that `tcpTable` (a /proc/…/net/tcp) is of. */
  async waitForPort(port: number, tcpTable = "/proc/self/net/tcp"): Promise<void> {
    const until = performance.now() + patienceMs;
    while (!parseListeningPorts(await readFile(tcpTable, "utf8")).has(port)) {
      if (!this.#runs()) await this.#fail("has ended");
      if (performance.now() > until) await this.#fail(`doesn't listen at port ${port}`);
      await sleep(20);
    }
  }

  async stop(): Promise<void> {
    const all = this.#runs() ? await this.pids() : [];
    for (const pid of all) kill(pid);
    while (this.#runs()) await sleep(10);
  }

  #runs(): boolean {
    const { pid, exitCode, signalCode } = this.#child;
    return pid !== undefined && exitCode === null && signalCode === null;
  }

  async #fail(fact: string): Promise<never> {
    const said = (await readFile(this.#said, "utf8"))
      .trim()
      .split("\n")
      .slice(-15)
      .map((line) => line.slice(0, 160));
    throw new ToolError([`${this.#title} ${fact}:`, ...said.map((line) => `  | ${line}`)].join("\n"));
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // it has ended by itself, with its parent
  }
}
