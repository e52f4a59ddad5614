import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ToolError } from "../core/faults.ts";
import { hashFile, hashOf } from "../core/hash.ts";
import { inTurn, shareWork } from "../core/share-work.ts";
import { aptDirectory, openApt, type Apt } from "./apt.ts";
import type { PackageCache } from "./packages.ts";

/** A Debian source package: the upstream source, and what Debian adds to it. */
export interface SourcePackage {
  readonly name: string;
  readonly version: string;
  /** Its tar archives on this machine, upstream's before Debian's, with what the signed index says of them. */
  readonly archives: readonly { readonly file: string; readonly sha256: string }[];
}

/**
 * Fetches a source package of format 3.0 (quilt) without root. apt checks the archive's signature; the
 * files are held against the sums of the signed index, so the .dsc isn't needed. Which version it is
 * stays so until the cache is refreshed.
 */
export function fetchSource(suite: string, name: string, cache: PackageCache): Promise<SourcePackage> {
  const directory = aptDirectory({ suite, architecture: "source" }, cache);
  const lock = join(directory, `resolved-${hashOf({ suite, name }).slice(0, 16)}.json`);
  return shareWork(lock, async () => {
    const known = cache.refresh ? undefined : await readKnown(lock);
    // apt locks its indexes, and boards want sources at the same time
    return known ?? inTurn(directory, () => resolveSource({ suite, name }, lock, cache));
  });
}

async function readKnown(lock: string): Promise<SourcePackage | undefined> {
  if (!existsSync(lock)) return undefined;
  const source = JSON.parse(await readFile(lock, "utf8")) as SourcePackage;
  return source.archives.every(({ file }) => existsSync(file)) ? source : undefined;
}

async function resolveSource(
  { suite, name }: { suite: string; name: string },
  lock: string,
  cache: PackageCache,
): Promise<SourcePackage> {
  const apt = await openApt({ suite, architecture: "source" }, cache);
  const { stdout } = await apt.get(
    ["source", "--only-source", "--print-uris", name],
    join(apt.directory, "none"),
  );
  const { version, tars } = readSource(name, stdout);
  const archives = tars.map(({ name: file, sha256 }) => ({ file: join(apt.archives, file), sha256 }));
  if (!archives.every(({ file }) => existsSync(file))) await download(name, archives, apt);
  const source = { name, version, archives };
  const unfinished = `${lock}.${process.pid}.tmp`;
  await writeFile(unfinished, JSON.stringify(source, null, 2));
  await rename(unfinished, lock);
  return source;
}

/** A tar archive of a source package, as the signed index has it. */
export interface SourceArchive {
  readonly name: string;
  readonly sha256: string;
}

/** Reads what `apt-get source --print-uris` says: lines of `'URI' name size SHA256:sum`. */
export function readSource(name: string, text: string): { version: string; tars: SourceArchive[] } {
  const tars = [...text.matchAll(/^'[^']+' (\S+\.tar\.\w+) \d+ SHA256:([0-9a-f]{64})$/gm)].map((match) => ({
    name: match[1] as string,
    sha256: match[2] as string,
  }));
  const upstream = tars.find((tar) => tar.name.includes(".orig.tar."));
  const debian = tars.find((tar) => tar.name.includes(".debian.tar."));
  const version = debian?.name.slice(name.length + 1).replace(/\.debian\.tar\.\w+$/, "");
  if (upstream === undefined || debian === undefined || version === undefined || tars.length !== 2) {
    throw new ToolError(`${name}: not a source package of one upstream archive and Debian's (3.0 (quilt))`);
  }
  return { version, tars: [upstream, debian] };
}

async function download(name: string, archives: SourcePackage["archives"], apt: Apt): Promise<void> {
  await mkdir(apt.archives, { recursive: true });
  const unfinished = await mkdtemp(join(apt.archives, "partial-"));
  try {
    for (const which of ["--tar-only", "--diff-only"]) {
      await apt.get(["source", "--download-only", "--only-source", which, name], unfinished);
    }
    for (const { file, sha256 } of archives) {
      const fetched = join(unfinished, file.slice(apt.archives.length + 1));
      if ((await hashFile(fetched)) !== sha256) {
        throw new ToolError(`${fetched}: isn't what the archive's signed index says`);
      }
      await rename(fetched, file);
    }
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}
