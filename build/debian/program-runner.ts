import { existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { run, type RunOptions, type RunResult } from "../core/run.ts";
import { loaderOf, tripletOf, type Architecture } from "./architectures.ts";
import { requireFile } from "./files.ts";
import type { Package } from "./packages.ts";

/** Runs a program by its path in the packages; `name` is what it takes itself to be called. */
export type ProgramRunner = (
  path: string,
  argv: readonly string[],
  options?: RunOptions,
  name?: string,
) => Promise<RunResult>;

/**
 * Runs programs out of extracted packages where they lie: by those packages' own loader and libraries, so
 * that nothing of the machine's release has a part in it.
 */
export function programRunner(packages: readonly Package[], architecture: Architecture): ProgramRunner {
  const loader = requireFile(`/usr${loaderOf(architecture)}`, packages).file;
  const libraries = packages
    .flatMap(({ directory }) =>
      ["usr/lib", `usr/lib/${tripletOf(architecture)}`].map((folder) => join(directory, folder)),
    )
    .filter((folder) => existsSync(folder) && readdirSync(folder).some((name) => name.includes(".so")));
  return (path, argv, options, name = basename(path)) => {
    const { file } = requireFile(path, packages);
    return run([loader, "--argv0", name, "--library-path", libraries.join(":"), file, ...argv], options);
  };
}
