import { existsSync } from "node:fs";
import { copyFile, mkdir, open, readdir, rename, stat, symlink } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { mapConcurrently } from "../core/concurrency.ts";
import { run, type RunOptions, type RunResult } from "../core/run.ts";
import { loaderOf, tripletOf, type Architecture } from "./architectures.ts";
import type { Package } from "./packages.ts";
import { programRunner } from "./program-runner.ts";

/** Debian packages merged into one tree, whose programs run where they lie. */
export interface ToolTree {
  readonly directory: string;
  /** Flags for its own compiler, so that what that makes runs by the tree's loader and libraries, too. */
  readonly compilerFlags: readonly string[];
  /** Runs a program of the tree by name; nothing of the caller's environment or PATH is seen by it. */
  run(argv: readonly string[], options?: RunOptions): Promise<RunResult>;
}

/**
 * Merges packages for builds in which programs start one another (make, compilers, Python), which a
 * program runner can't do: each dynamic program is told the tree's own loader and libraries by absolute
 * path, so the tree can't be moved. `packages` need patchelf, coreutils and a shell among them.
 */
export async function makeToolTree(
  packages: readonly Package[],
  architecture: Architecture,
  directory: string,
): Promise<ToolTree> {
  const triplet = tripletOf(architecture);
  const loader = join(directory, loaderOf(architecture));
  const libraries = ["usr/lib", `usr/lib/${triplet}`].map((folder) => join(directory, folder));
  await mkdir(join(directory, "usr"), { recursive: true });
  for (const folder of ["bin", "sbin", "lib", "lib64"]) {
    await mkdir(join(directory, "usr", folder), { recursive: true });
    await symlink(join("usr", folder), join(directory, folder)); // as Debian merges them
  }
  const merged = packages.map((owner) => join(owner.directory, "usr")).filter((usr) => existsSync(usr));
  const devices = await Promise.all([directory, ...merged].map(async (folder) => (await stat(folder)).dev));
  const link = new Set(devices).size === 1 ? ["--link"] : [];
  await run(["cp", "--archive", ...link, ...merged, directory]);
  for (const [name, target] of alternatives) {
    if (existsSync(join(directory, "usr/bin", target)))
      await symlink(target, join(directory, "usr/bin", name));
  }
  const patchelf = programRunner(packages, architecture);
  await mapConcurrently(await programsBelow(directory, triplet), availableParallelism(), async (program) => {
    const told = await patchelf("/usr/bin/patchelf", ["--print-interpreter", program], { okCodes: [0, 1] });
    if (told.exitCode !== 0) return; // static
    await copyFile(program, `${program}.own`); // the package's own file is the other end of the link
    const rpath = ["--force-rpath", "--set-rpath", libraries.join(":")];
    await patchelf("/usr/bin/patchelf", [...rpath, `${program}.own`]);
    await patchelf("/usr/bin/patchelf", ["--set-interpreter", loader, `${program}.own`]);
    await rename(`${program}.own`, program);
  });
  // programs that look for their own files, or for others, by a path that they were built with
  const data = { BISON_PKGDATADIR: join(directory, "usr/share/bison"), M4: join(directory, "usr/bin/m4") };
  const path = [join(directory, "usr/bin"), join(directory, "usr/sbin")].join(":");
  return {
    directory,
    compilerFlags: [
      `--sysroot=${directory}`,
      `-Wl,--dynamic-linker=${loader}`,
      `-Wl,--disable-new-dtags,-rpath,${libraries.join(":")}`,
    ],
    run(argv, { env = {}, ...options } = {}) {
      const environment = { PATH: path, HOME: directory, LC_ALL: "C.UTF-8", TZ: "UTC", ...data, ...env };
      const assignments = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
      return run([join(directory, "usr/bin/env"), "--ignore-environment", ...assignments, ...argv], options);
    },
  };
}

/** What update-alternatives would link. */
const alternatives = [
  ["awk", "mawk"],
  ["which", "which.debianutils"],
] as const;

/** ELF files that can be run, in the folders where Debian has programs; a link is not one of them. */
async function programsBelow(directory: string, triplet: string): Promise<string[]> {
  const folders = ["usr/bin", "usr/sbin", "usr/libexec", `usr/${triplet}/bin`].map((folder) =>
    join(directory, folder),
  );
  const found: string[] = [];
  for (const folder of folders.filter((name) => existsSync(name))) {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    for (const entry of entries.filter((one) => one.isFile())) {
      const file = join(entry.parentPath, entry.name);
      if (!entry.name.includes(".so") && (await isElf(file))) found.push(file);
    }
  }
  return found;
}

async function isElf(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4), 0, 4, 0);
    return bytesRead === 4 && buffer.equals(Buffer.from("\x7fELF", "latin1"));
  } finally {
    await handle.close();
  }
}
