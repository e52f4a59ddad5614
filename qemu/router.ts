import { copyFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { ToolError } from "../build/core/faults.ts";
import { run } from "../build/core/run.ts";
import { Console, type Patience } from "./console.ts";
import { installFirmware, type LabFirmware } from "./firmware.ts";
import { sharedLine } from "./framing.ts";
import type { DiskBoot, MachineSpec } from "./machine-arguments.ts";
import { Machine } from "./machine.ts";
import type { SocketDirectory } from "./socket-directory.ts";
import type { Startup } from "./startup.ts";

export interface RouterOptions extends Pick<
  MachineSpec,
  "name" | "cpu" | "memoryMiB" | "accelerator" | "ports"
> {
  /** The image under test; it is only read. */
  readonly imageFile: string;
  readonly firmware: LabFirmware;
  readonly startup: Startup;
  /** What it finds on a second disk. */
  readonly cargo?: string;
}

/**
 * The router under test: a machine that can be switched on and off many times, with one disk: a layer
 * over the image file, which takes all writes and outlives power cuts.
 */
export class Router {
  readonly #spec: MachineSpec;
  readonly #boot: DiskBoot;
  readonly #startup: Startup;
  readonly #directory: SocketDirectory;
  #machine: Machine | undefined;
  #console: Console | undefined;
  #startedMs = 0;

  private constructor(
    spec: Omit<MachineSpec, "boot">,
    boot: DiskBoot,
    startup: Startup,
    directory: SocketDirectory,
  ) {
    this.#spec = { ...spec, boot };
    this.#boot = boot;
    this.#startup = startup;
    this.#directory = directory;
  }

  /** Makes a router that is switched off. */
  static async create(options: RouterOptions, directory: SocketDirectory): Promise<Router> {
    const { name, imageFile, cargo } = options;
    const file = join(directory.path, `${name}.qcow2`);
    await run(["qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", imageFile, file]);
    const boot: DiskBoot = {
      firmware: await installFirmware(options.firmware, options.cpu, name, directory.path),
      disk: { file, format: "qcow2", cache: "writethrough" },
      ...(cargo === undefined ? {} : { cargo }),
    };
    const { cpu, memoryMiB, accelerator, ports, startup } = options;
    const spec = { name, cpu, memoryMiB, accelerator, ports, shells: [] };
    return new Router(spec, boot, startup, directory);
  }

  /** The serial console, where the site gives a root shell to whoever holds the cable. */
  get console(): Console {
    if (this.#console === undefined) throw new ToolError(`${this.#spec.name} is switched off`);
    return this.#console;
  }

  get machine(): Machine {
    if (this.#machine === undefined) throw new ToolError(`${this.#spec.name} is switched off`);
    return this.#machine;
  }

  /** Switches it on. */
  start(): Promise<void> {
    return this.#start(this.#spec);
  }

  /**
   * Makes an emulated router some three times as fast until its next start: programs are loaded at the same
   * addresses each time, so that QEMU needn't translate them anew. Nothing that is proven depends on it.
   */
  async placeProgramsAlike(): Promise<void> {
    if (this.#spec.accelerator === "tcg")
      await this.console.succeed("echo 0 >/proc/sys/kernel/randomize_va_space");
  }

  /** Makes others, which are switched off, run as this router does now, disk and memory: that spares them a start. */
  async copyTo(others: readonly Router[]): Promise<void> {
    const state = `${this.#spec.name}.state`;
    await this.machine.save(state);
    try {
      for (const other of others) {
        for (const [from, to] of zip(filesOf(this.#boot), filesOf(other.#boot))) await copyFile(from, to);
        await other.#start({ ...other.#spec, resumeFrom: state });
      }
    } finally {
      await this.machine.resume();
    }
    await Promise.all([this, ...others].map((router) => router.console.waitForShell()));
    await rm(join(this.#directory.path, state)); // nearly as big as the memory
  }

  async #start(spec: MachineSpec): Promise<void> {
    this.#startedMs = performance.now();
    this.#machine = await Machine.start(spec, this.#directory);
    const { serial, serialLog } = this.#machine;
    this.#console = new Console(serial, sharedLine, spec.name, join(this.#directory.path, serialLog));
  }

  /** Waits until the proxy listens; gives the time since it was switched on, in milliseconds. */
  async waitForProxy({ timeoutMs = this.#startup.timeoutMs }: Patience = {}): Promise<number> {
    await this.#startup.waitForProxy(this.console, timeoutMs);
    return performance.now() - this.#startedMs;
  }

  /** Pulls the plug. */
  async cutPower(): Promise<void> {
    await this.#machine?.cutPower();
    this.#machine = undefined;
    this.#console = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cutPower();
  }
}

/** What a router writes to. */
const filesOf = ({ disk, firmware }: DiskBoot): string[] =>
  firmware.kind === "uefi" ? [disk.file, firmware.variables] : [disk.file];

const zip = (a: readonly string[], b: readonly string[]): [string, string][] =>
  a.map((item, index) => [item, b[index] as string]);
