import { ToolError } from "../core/faults.ts";

/** Debian's names of the CPU architectures that boards have. */
export type Architecture = "amd64" | "arm64" | "armhf";

const triplets: Readonly<Record<Architecture, string>> = {
  amd64: "x86_64-linux-gnu",
  arm64: "aarch64-linux-gnu",
  armhf: "arm-linux-gnueabihf",
};

const loaders: Readonly<Record<Architecture, string>> = {
  amd64: "/lib64/ld-linux-x86-64.so.2",
  arm64: "/lib/ld-linux-aarch64.so.1",
  armhf: "/lib/ld-linux-armhf.so.3",
};

/** The GNU triplet, which names library folders and cross tools (Debian multiarch). */
export const tripletOf = (architecture: Architecture): string => triplets[architecture];

/** The dynamic loader's absolute path, as programs name it. */
export const loaderOf = (architecture: Architecture): string => loaders[architecture];

/** This machine's own. Throws a ToolError where images can't be built. */
export function hostArchitecture(): Architecture {
  if (process.arch === "x64") return "amd64";
  if (process.arch === "arm64") return "arm64";
  throw new ToolError(`${process.arch}: images are built on amd64 or arm64 machines`);
}
