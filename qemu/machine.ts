import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ToolError } from "../build/core/faults.ts";
import { formatCommand } from "../build/core/run.ts";
import { machineArguments, serialLogOf, socketsOf, type MachineSpec } from "./machine-arguments.ts";
import { machineKinds } from "./machine-kinds.ts";
import { Qmp } from "./qmp.ts";
import type { SocketDirectory } from "./socket-directory.ts";

/** How long QEMU may take until it has connected to all its sockets. */
const startTimeoutMs = 20_000;

/**
 * A running QEMU process. It ends with the object, and also when this process dies, however it dies:
 * setpriv asks the kernel to kill it with its parent (prctl(2), PR_SET_PDEATHSIG).
 */
export class Machine {
  readonly spec: MachineSpec;
  readonly qmp: Qmp;
  /** The serial console; QEMU also writes it to `serialLog`. */
  readonly serial: Socket;
  readonly shells: ReadonlyMap<string, Socket>;
  readonly #process: ChildProcess;

  private constructor(
    spec: MachineSpec,
    process: ChildProcess,
    qmp: Qmp,
    serial: Socket,
    shells: Map<string, Socket>,
  ) {
    this.spec = spec;
    this.#process = process;
    this.qmp = qmp;
    this.serial = serial;
    this.shells = shells;
  }

  /** Starts QEMU in the run directory. Throws a ToolError with its stderr when it ends at once. */
  static async start(spec: MachineSpec, run: SocketDirectory): Promise<Machine> {
    const names = socketsOf(spec);
    const [qmp, serial, ...shells] = await Promise.all(
      [names.qmp, names.serial, ...Object.values(names.shells)].map((name) => run.expect(name)),
    );
    const argv = [machineKinds[spec.cpu].program, ...machineArguments(spec)];
    const child = launch(argv, stderrLogOf(spec.name), run.path);
    const ended = earlyEnd(child, argv, join(run.path, stderrLogOf(spec.name)));
    try {
      const sockets = [qmp, serial, ...shells].map((awaited) => awaited?.socket as Promise<Socket>);
      const [qmpSocket, serialSocket, ...shellSockets] = await Promise.race([Promise.all(sockets), ended]);
      const byName = new Map(spec.shells.map((name, index) => [name, shellSockets[index] as Socket]));
      return new Machine(spec, child, await Qmp.open(qmpSocket as Socket), serialSocket as Socket, byName);
    } catch (error) {
      // when QEMU gives up, its sockets close a moment before it ends, and its end says more
      const cause: unknown = await Promise.race([ended.catch((end: unknown) => end), sleep(500, error)]);
      for (const awaited of [qmp, serial, ...shells]) awaited?.close();
      await kill(child);
      throw cause;
    }
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** The file that holds all that was ever said on the serial console, relative to the run directory. */
  get serialLog(): string {
    return serialLogOf(this.spec.name);
  }

  /** Pulls the plug: the process is killed, and nothing it held in memory is written. */
  async cutPower(): Promise<void> {
    await kill(this.#process);
  }

  /** Writes the machine's whole state to a file below the run directory. It stands still until it is resumed. */
  async save(file: string): Promise<void> {
    await this.qmp.execute("migrate-set-parameters", { "max-bandwidth": 1e10 });
    await this.qmp.execute("migrate", { uri: `exec:cat >${file}` });
    for (;;) {
      const { status } = (await this.qmp.execute("query-migrate")) as { status: string };
      if (status === "completed") return;
      if (status === "failed")
        throw new ToolError(`${this.spec.name}: its state couldn't be saved to ${file}`);
      await sleep(20);
    }
  }

  async resume(): Promise<void> {
    await this.qmp.execute("cont");
  }

  /** The reset button. */
  async reset(): Promise<void> {
    await this.qmp.execute("system_reset");
  }

  /** Pulls or plugs the cable of a port; the first is 0. */
  async setCable(port: number, plugged: boolean): Promise<void> {
    await this.qmp.execute("set_link", { name: `port${port}`, up: plugged });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await kill(this.#process);
  }
}

const stderrLogOf = (name: string): string => `${name}-qemu.log`;

function launch(argv: readonly string[], log: string, cwd: string): ChildProcess {
  const stderr = openSync(join(cwd, log), "w");
  try {
    // a session of its own, so that Ctrl-C on the terminal doesn't reach it
    return spawn("setpriv", ["--pdeathsig", "KILL", "--", ...argv], {
      cwd,
      detached: true,
      stdio: ["ignore", stderr, stderr],
    });
  } finally {
    closeSync(stderr);
  }
}

/** Never gives a value: throws when the process ends, or when time is up. */
async function earlyEnd(child: ChildProcess, argv: readonly string[], log: string): Promise<never> {
  const timer = AbortSignal.timeout(startTimeoutMs);
  const [code] = await once(child, "exit", { signal: timer }).catch((error: unknown) => {
    if (timer.aborted) return [`nothing for ${startTimeoutMs / 1000} s`];
    throw new ToolError(`setpriv: ${String(error)}`, "it is part of Debian's util-linux");
  });
  const said = readFileSync(log, "utf8").trim().split("\n").slice(-15);
  throw new ToolError(
    [
      `${argv[0]} didn't start (${String(code)}):`,
      `  ${formatCommand(argv)}`,
      ...said.map((line) => `  | ${line}`),
    ].join("\n"),
    `all that it said is in ${log}`,
  );
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}
