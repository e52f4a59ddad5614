import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { hashFile, hashOf } from "../core/hash.ts";
import { mapConcurrently } from "../core/concurrency.ts";
import { run } from "../core/run.ts";
import { inTurn, shareWork } from "../core/share-work.ts";
import type { Architecture } from "./architectures.ts";
import { aptDirectory, openApt, type Apt, type Deb } from "./apt.ts";

/** A Debian package, extracted into a directory of its own. */
export interface Package {
  readonly name: string;
  readonly version: string;
  /** The architecture that it was fetched for, also where the package is for all. */
  readonly architecture: Architecture;
  /** Source package and version, `iptables 1.8.11-2`. */
  readonly source: string;
  readonly homepage: string | undefined;
  /** sha256 of the .deb, which apt held against the signed index. */
  readonly sha256: string;
  /** Where its files are: `<directory>/usr/bin/…`. */
  readonly directory: string;
}

export interface PackageRequest {
  readonly suite: string;
  readonly architecture: Architecture;
  /** Debian's archive areas; `main` alone when not given. */
  readonly components?: readonly string[];
  /** Packages by name; their dependencies follow, recommendations don't. */
  readonly names: readonly string[];
  /** Leaves dependencies out, too: for packages of which files are wanted that nothing of Debian's runs. */
  readonly alone?: boolean;
}

export interface PackageCache {
  /** Holds apt's indexes, .deb files and extracted packages; shared by all boards. */
  readonly directory: string;
  /** Fetch the archive's indexes again even if they are there. */
  readonly refresh: boolean;
}

/**
 * Resolves, downloads and extracts Debian packages without root. apt checks the archive's signature and
 * every hash. A request that was resolved before gives the same versions until the cache is refreshed.
 */
export function fetchPackages(request: PackageRequest, cache: PackageCache): Promise<Package[]> {
  const directory = aptDirectory(request, cache);
  const lock = join(directory, `resolved-${hashOf(request).slice(0, 16)}.json`);
  return shareWork(lock, async () => {
    const known = cache.refresh ? undefined : await readKnown(lock);
    // apt locks its indexes, and what one request downloads another may want
    return known ?? inTurn(directory, () => resolvePackages(request, lock, cache));
  });
}

async function resolvePackages(
  request: PackageRequest,
  lock: string,
  cache: PackageCache,
): Promise<Package[]> {
  const apt = await openApt(request, cache);
  const debs = await apt.resolve(request.names, request.alone);
  await apt.download(debs);
  const store = join(cache.directory, "packages");
  await mkdir(store, { recursive: true });
  const packages = await mapConcurrently(debs, availableParallelism(), (deb) =>
    extract(deb, request.architecture, apt, store),
  );
  const unfinished = `${lock}.${process.pid}.tmp`;
  await writeFile(unfinished, JSON.stringify(packages, null, 2));
  await rename(unfinished, lock);
  return packages;
}

/** What a step that uses packages depends on. */
export function identifyPackages(packages: readonly Package[]): string {
  return hashOf(packages.map(({ sha256 }) => sha256));
}

async function readKnown(lock: string): Promise<Package[] | undefined> {
  if (!existsSync(lock)) return undefined;
  const packages = JSON.parse(await readFile(lock, "utf8")) as Package[];
  return packages.every(({ directory }) => existsSync(directory)) ? packages : undefined;
}

async function extract(deb: Deb, architecture: Architecture, apt: Apt, store: string): Promise<Package> {
  const file = join(apt.archives, deb.file);
  const directory = join(store, deb.file.replace(/\.deb$/, ""));
  const fields = await controlFields(file);
  if (!existsSync(directory)) {
    const temporary = await mkdtemp(`${directory}.`);
    try {
      await run(["dpkg-deb", "--extract", file, temporary]);
      await rename(temporary, directory);
    } catch (error) {
      await rm(temporary, { recursive: true, force: true });
      if ((await readdir(store)).every((name) => join(store, name) !== directory)) throw error;
    }
  }
  const { Package: name = deb.name, Version: version = "" } = fields;
  return {
    name,
    version,
    architecture,
    source: sourceOf(fields, name, version),
    homepage: fields["Homepage"],
    sha256: await hashFile(file),
    directory,
  };
}

async function controlFields(file: string): Promise<Record<string, string>> {
  const { stdout } = await run([
    "dpkg-deb",
    "--field",
    file,
    "Package",
    "Version",
    "Architecture",
    "Source",
    "Homepage",
  ]);
  return Object.fromEntries(
    stdout.split("\n").flatMap((line) => {
      const match = /^([A-Za-z]+): (.*)$/.exec(line);
      return match === null ? [] : [[match[1] as string, match[2] as string]];
    }),
  );
}

/** `Source: glibc (2.41-12)`, `Source: glibc`, or absent when it is the package's own (Debian Policy 5.6.1). */
function sourceOf(fields: Record<string, string>, name: string, version: string): string {
  const match = /^(\S+)(?: \((.*)\))?$/.exec(fields["Source"] ?? name);
  return `${match?.[1] ?? name} ${match?.[2] ?? version}`;
}
