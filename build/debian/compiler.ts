import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ToolError } from "../core/faults.ts";
import { hostArchitecture, tripletOf, type Architecture } from "./architectures.ts";
import { requireFile } from "./files.ts";
import { fetchPackages, type Package, type PackageCache } from "./packages.ts";
import { programRunner } from "./program-runner.ts";

/** Compiles C into shared objects for one architecture. */
export interface Compiler {
  /** What it calls itself: another one may give other bytes. */
  readonly name: string;
  /** The packages that it and its headers are from. */
  readonly packages: readonly Package[];
  /** Compiles source files to one shared object; `headers` is a further folder to include from. */
  compileShared(sources: readonly string[], headers: string, output: string): Promise<void>;
  /** Takes symbols out of a program of that architecture. */
  strip(file: string): Promise<void>;
}

const gccVersion = "14";

/**
 * What gcc's `-shared -fPIC -O2` comes to for each of its parts; a warning is an error. What isn't exported is hidden:
 * calls from file to file are direct then, and nothing of Node's can take their place.
 */
export const compileFlags = [
  "-std=gnu11",
  "-O2",
  "-fPIC",
  "-fvisibility=hidden",
  "-Wall",
  "-Wextra",
  "-Werror",
];
export const linkFlags = ["-shared", "--strip-all", "--build-id=none", "--hash-style=gnu"];

/** What the gcc command tells its compiler proper of a CPU (`gcc -v`). */
const cpuFlags: Readonly<Record<Architecture, readonly string[]>> = {
  amd64: [],
  arm64: [],
  armhf: ["-march=armv7-a+fp", "-mfloat-abi=hard", "-mthumb"],
};

/**
 * GCC out of Debian's packages, for boards of any architecture: the compiler proper, the assembler and the
 * linker are run one after the other, as the gcc command would, with the board's own C library.
 */
export async function openCompiler(
  suite: string,
  target: Architecture,
  cache: PackageCache,
): Promise<Compiler> {
  const host = hostArchitecture();
  const triplet = tripletOf(target);
  const crossName = triplet.replaceAll("_", "-");
  const programs = await fetchPackages(
    { suite, architecture: host, names: [`cpp-${gccVersion}-${crossName}`, `binutils-${crossName}`] },
    cache,
  );
  const headers = await fetchPackages(
    { suite, architecture: target, names: ["libc6-dev", "linux-libc-dev", `libgcc-${gccVersion}-dev`] },
    cache,
  );
  const runProgram = programRunner(programs, host);
  const gcc = programs.find(({ name }) => name === `cpp-${gccVersion}-${crossName}`);
  const include = [
    `/usr/lib/gcc/${triplet}/${gccVersion}/include/stddef.h`,
    `/usr/include/${triplet}/bits/types.h`,
    "/usr/include/stdio.h",
    `/usr/include/${triplet}/asm/types.h`,
    "/usr/include/linux/types.h",
  ].map((path) => requireFile(path, headers).file.replace(/\/(bits\/|asm\/|linux\/)?\w+\.h$/, ""));
  const libc = requireFile(`/usr/lib/${triplet}/libc.so.6`, headers).file;
  // what a CPU can't do by itself: atomics of older 64-bit ARM cores, divisions of 32-bit ones
  const libgcc = requireFile(`/usr/lib/gcc/${triplet}/${gccVersion}/libgcc.a`, headers).file;
  return {
    packages: [...programs, ...headers],
    name: `gcc ${gcc?.version} for ${triplet}`,
    async compileShared(sources, ownHeaders, output) {
      const work = await mkdtemp(join(tmpdir(), "halfbridge-compile-"));
      const includes = [ownHeaders, ...new Set(include)].flatMap((folder) => ["-isystem", folder]);
      const folder = host === target ? "gcc" : "gcc-cross";
      const cc1 = `/usr/libexec/${folder}/${triplet}/${gccVersion}/cc1`;
      const objects: string[] = [];
      try {
        for (const source of sources) {
          const [assembly, object] = [join(work, "out.s"), join(work, `${objects.length}.o`)];
          await runProgram(cc1, [
            "-quiet",
            ...compileFlags,
            ...cpuFlags[target],
            "-nostdinc",
            ...includes,
            source,
            "-o",
            assembly,
          ]);
          await runProgram(`/usr/bin/${triplet}-as`, [assembly, "-o", object]);
          objects.push(object);
        }
        await runProgram(`/usr/bin/${triplet}-ld`, [
          ...[...linkFlags, ...objects, libgcc, libc, "-o", output],
        ]);
        const { stdout } = await runProgram(`/usr/bin/${triplet}-nm`, ["-D", "--undefined-only", output]);
        refuseUnknownSymbols(stdout, output);
      } finally {
        await rm(work, { recursive: true, force: true });
      }
    },
    async strip(file) {
      await runProgram(`/usr/bin/${triplet}-strip`, ["--strip-all", file]);
    },
  };
}

/**
 * Node has what begins with `napi_`, and what has a version is a library's: anything else would end the proxy when
 * it is first called. Throws a ToolError that names them.
 */
export function refuseUnknownSymbols(undefinedSymbols: string, file: string): void {
  const names = [...undefinedSymbols.matchAll(/^\s*U (\S+)$/gm)].map(([, name = ""]) => name);
  const unknown = names.filter((name) => !name.startsWith("napi_") && !name.includes("@"));
  if (unknown.length > 0) throw new ToolError(`${file}: nothing has ${unknown.join(", ")}`);
}
