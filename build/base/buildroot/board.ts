import { InputError } from "../../core/faults.ts";
import type { Plan } from "../../plan/plan.ts";

/** What Buildroot has to be told of a board. */
export interface BuildrootBoard {
  /** Configuration lines for the CPU. */
  readonly architecture: readonly string[];
  /** What Buildroot calls the CPU in the names of toolchains. */
  readonly toolchain: string;
  /** Configuration lines for building its kernel. */
  readonly kernel: readonly string[];
  /** The kernel's file among the images. */
  readonly kernelImage: string;
}

const cpus = {
  amd64: {
    architecture: ["BR2_x86_64=y", "BR2_x86_x86_64=y"],
    toolchain: "X86_64",
    kernel: ["BR2_LINUX_KERNEL_NEEDS_HOST_LIBELF=y", "BR2_LINUX_KERNEL_ZSTD=y"],
    kernelImage: "bzImage",
  },
  arm64: {
    // also what newer 64-bit cores run
    architecture: ["BR2_aarch64=y", "BR2_cortex_a53=y"],
    toolchain: "AARCH64",
    kernel: [],
    kernelImage: "Image",
  },
} as const;

/** Throws an InputError for a board or a site that this base can't make an image for. */
export function buildrootBoard({ board, site }: Pick<Plan, "board" | "site">): BuildrootBoard {
  const refuse = (file: string, path: string, fact: string): never => {
    throw new InputError([{ file, path, fact, hint: "use --base debian" }]);
  };
  const profile = `board-configs/${board.name}.yaml`;
  if (site.proxy.engine === "squid") {
    return refuse(`site ${site.name}`, "/proxy/engine", "squid isn't built with Buildroot");
  }
  if (board.arch === "armhf") return refuse(profile, "/arch", "armhf isn't built with Buildroot");
  if (board.loader?.kind === "raspberry-pi") {
    return refuse(profile, "/loader/kind", "raspberry-pi isn't made with Buildroot");
  }
  return cpus[board.arch];
}
