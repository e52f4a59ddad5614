import type { Board } from "../build/config/board.ts";
import type { Accelerator } from "./accelerator.ts";
import type { Firmware } from "./machine-arguments.ts";

export type Cpu = Board["arch"];

/** The machine that QEMU is for a CPU. */
interface MachineKind {
  readonly program: string;
  /** Debian's package of it. */
  readonly package: string;
  /** With a disk, which firmware starts. */
  readonly machine: string;
  /**
   * In software: more CPU features make a machine slower. On PCs the random number generator, which they have had
   * since 2012, spares Node a wait for randomness at its start; the others are given a seed.
   */
  readonly emulatedCpu: string;
}

export const machineKinds: Readonly<Record<Cpu, MachineKind>> = {
  amd64: {
    program: "qemu-system-x86_64",
    package: "qemu-system-x86",
    machine: "q35,sata=off",
    emulatedCpu: "qemu64,+rdrand",
  },
  arm64: {
    program: "qemu-system-aarch64",
    package: "qemu-system-arm",
    machine: "virt",
    emulatedCpu: "cortex-a57",
  },
  armhf: {
    program: "qemu-system-arm",
    package: "qemu-system-arm",
    // Debian's armmp kernel knows no addresses beyond 4 GiB
    machine: "virt,highmem=off",
    emulatedCpu: "cortex-a15",
  },
};

/** The host's CPU can only be lent to a machine of its own kind; any other is emulated. */
export function acceleratorFor(cpu: Cpu, wanted: Accelerator): Accelerator {
  const own: Partial<Record<NodeJS.Architecture, Cpu>> = { x64: "amd64", arm64: "arm64" };
  return own[process.arch] === cpu ? wanted : "tcg";
}

/** What the lab starts a board's image by: each kind of firmware that its format is for. */
export function firmwaresOf({ arch, image }: Pick<Board, "arch" | "image">): readonly Firmware["kind"][] {
  if (image.format === "gpt-boot-script") return ["u-boot"];
  return arch === "amd64" ? ["bios", "uefi"] : ["uefi"];
}
