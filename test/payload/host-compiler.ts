import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { projectRoot } from "../../build/core/paths.ts";
import { run } from "../../build/core/run.ts";
import { tripletOf, type Architecture } from "../../build/debian/architectures.ts";
import { compileFlags, linkFlags, type Compiler } from "../../build/debian/compiler.ts";

/** The machine's own gcc, for tests that aren't to download one; undefined where there is none. `more` are flags. */
export function hostCompiler(architecture: Architecture, more: readonly string[] = []): Compiler | undefined {
  const gcc = `${tripletOf(architecture)}-gcc`;
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  if (!folders.some((folder) => existsSync(join(folder, gcc)))) return undefined;
  return {
    name: gcc,
    packages: [],
    async compileShared(sources, headers, output) {
      const link = linkFlags.map((flag) => (flag === "-shared" ? flag : `-Wl,${flag}`));
      const prefix = `-ffile-prefix-map=${projectRoot}=.`;
      await run([
        ...[gcc, ...compileFlags, ...link, prefix, ...more],
        ...["-isystem", headers, "-o", output, ...sources],
      ]);
    },
    async strip(file) {
      await run([`${tripletOf(architecture)}-strip`, "--strip-all", file]);
    },
  };
}
