import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { projectRoot } from "../core/paths.ts";
import { run } from "../core/run.ts";

/** Debian's names. */
export type DebianArchitecture = "amd64" | "arm64" | "armhf";

/** GNU triplets, as Debian's cross compilers (packages `gcc-<triplet>`) are named. */
const triplets: Readonly<Record<DebianArchitecture, string>> = {
  amd64: "x86_64-linux-gnu",
  arm64: "aarch64-linux-gnu",
  armhf: "arm-linux-gnueabihf",
};

/** The cross compiler's command. */
export function compilerOf(architecture: DebianArchitecture): string {
  return `${triplets[architecture]}-gcc`;
}

/** Without a build id and with no path of this machine, nothing in the file differs from run to run. */
const flags = "-std=gnu11 -O2 -Wall -Wextra -Werror -shared -fPIC -s -Wl,--build-id=none".split(" ");

/**
 * Compiles the proxy's addon for one architecture to `file`, which is there whole or not at all. The
 * same source and compiler give the same bytes, wherever the checkout lies. Throws a ToolError when the compiler is missing or refuses.
 */
export async function compileAddon(architecture: DebianArchitecture, file: string): Promise<void> {
  const unfinished = `${file}.tmp`;
  try {
    await run(
      [
        compilerOf(architecture),
        ...flags,
        `-ffile-prefix-map=${projectRoot}=.`,
        "-isystem",
        join(projectRoot, "node_modules", "node-api-headers", "include"),
        "-o",
        unfinished,
        join(projectRoot, "proxy", "addon", "transparent.c"),
      ],
      { env: { SOURCE_DATE_EPOCH: "0" } },
    );
    await rename(unfinished, file);
  } finally {
    await rm(unfinished, { force: true });
  }
}

/** The compiler's own word for itself: another one may give other bytes. */
export async function addonCompiler(architecture: DebianArchitecture): Promise<string> {
  const { stdout } = await run([`${triplets[architecture]}-gcc`, "--version"]);
  return stdout.split("\n")[0] ?? "";
}
