import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ToolError } from "../core/faults.ts";
import { run, type RunResult } from "../core/run.ts";
import { hostArchitecture, type Architecture } from "./architectures.ts";
import { findMirrors, wantsUpdates, type Mirrors } from "./mirrors.ts";
import type { PackageCache } from "./packages.ts";

/** A package file as apt resolved it. */
export interface Deb {
  readonly name: string;
  readonly version: string;
  /** File name in the archives folder; apt writes an epoch's colon as `%3a`. */
  readonly file: string;
}

/** A part of Debian's archive, which has an apt root of its own. */
export interface ArchivePart {
  readonly suite: string;
  /** Whose packages; `source` for source packages. */
  readonly architecture: Architecture | "source";
  /** Debian's archive areas; `main` alone when not given, which is all free software (Debian Policy 2.2). */
  readonly components?: readonly string[];
}

/** A private apt root: the machine's own apt state is never touched. */
export interface Apt {
  readonly directory: string;
  readonly archives: string;
  /** Runs apt-get on this root. */
  get(argv: readonly string[], cwd?: string): Promise<RunResult>;
  /** Finds packages with all that they depend on, or without. */
  resolve(names: readonly string[], alone?: boolean): Promise<Deb[]>;
  download(debs: readonly Deb[]): Promise<void>;
}

const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** The roots whose indexes this process has fetched anew. */
const refreshed = new Set<string>();

export function aptDirectory(part: ArchivePart, cache: PackageCache): string {
  const { suite, architecture, components = [] } = part;
  const released = wantsUpdates() ? [] : ["released"];
  return join(cache.directory, "apt", [suite, architecture, ...components, ...released].join("-"));
}

/** Opens (and when new, or when asked to, updates) the private apt root of a part of the archive. */
export async function openApt(part: ArchivePart, cache: PackageCache): Promise<Apt> {
  const directory = aptDirectory(part, cache);
  const architecture = part.architecture === "source" ? hostArchitecture() : part.architecture;
  const archives = join(cache.directory, "archives");
  const options = [
    ["Dir", directory],
    ["Dir::State::status", join(directory, "status")],
    ["Dir::State::lists", join(directory, "lists")],
    ["Dir::Etc::sourcelist", join(directory, "sources.sources")],
    ["Dir::Etc::sourceparts", "/dev/null"],
    ["Dir::Etc::preferences", "/dev/null"],
    ["Dir::Etc::preferencesparts", "/dev/null"],
    ["APT::Architecture", architecture],
    ["APT::Architectures", architecture],
    ["APT::Install-Recommends", "false"],
    ["APT::Get::Assume-Yes", "true"],
    ["APT::Sandbox::User", "root"],
    ["Acquire::Languages", "none"],
    ["Acquire::Retries", "3"],
  ].flatMap(([key, value]) => ["-o", `${key}=${value}`]);
  const get = (argv: readonly string[], cwd = directory) =>
    run(["apt-get", "--quiet", ...options, ...argv], { cwd });

  const sourcesFile = join(directory, "sources.sources");
  const sources = formatSources(part, await findMirrors(), wantsUpdates());
  const updated = join(directory, "updated");
  const stale = !existsSync(updated) || (await readFile(sourcesFile, "utf8")) !== sources;
  if (stale || (cache.refresh && !refreshed.has(directory))) {
    if (!existsSync(keyring)) throw new ToolError(`${keyring}: not found`, "install debian-archive-keyring");
    await rm(updated, { force: true });
    await mkdir(join(directory, "lists", "partial"), { recursive: true });
    await mkdir(join(directory, "none", "partial"), { recursive: true });
    await mkdir(archives, { recursive: true });
    await writeFile(join(directory, "status"), "");
    await writeFile(sourcesFile, sources);
    await updateIndexes(get);
    await writeFile(updated, "");
    refreshed.add(directory);
  }
  return {
    directory,
    archives,
    get,
    async resolve(names, alone = false) {
      // apt prints no URI for a file that it already has: let it look where there is none
      const elsewhere = ["-o", `Dir::Cache::archives=${join(directory, "none")}`];
      const { stdout } = await get(
        [alone ? "download" : "install", "--print-uris", ...elsewhere, ...names],
        join(directory, "none"),
      );
      return stdout.split("\n").flatMap(parseUri);
    },
    async download(debs) {
      const missing = debs.filter(({ file }) => !existsSync(join(archives, file)));
      if (missing.length === 0) return;
      // apt writes to the final name at once: a file is only moved there when it is whole
      const unfinished = await mkdtemp(join(archives, "partial-"));
      try {
        await get(["download", ...missing.map(({ name, version }) => `${name}=${version}`)], unfinished);
        for (const { file } of missing) await rename(join(unfinished, file), join(archives, file));
      } finally {
        await rm(unfinished, { recursive: true, force: true });
      }
    },
  };
}

async function updateIndexes(get: Apt["get"]): Promise<void> {
  try {
    await get(["update", "--error-on=any"]);
  } catch (error) {
    if (!(error instanceof ToolError) || !/Mirror sync in progress/.test(error.message)) throw error;
    throw new ToolError(
      error.message,
      "the mirror is out of step with what Debian has signed: mostly that mends itself within hours; " +
        "HALFBRIDGE_DEBIAN_UPDATES=no does without updates and security fixes meanwhile",
    );
  }
}

/**
 * deb822 sources for the suite and, where they are wanted, its updates and its security archive, each checked against
 * Debian's keys.
 */
export function formatSources(part: ArchivePart, { archive, security }: Mirrors, updates = true): string {
  const { suite, architecture, components = ["main"] } = part;
  const type = architecture === "source" ? "deb-src" : "deb";
  const stanza = (uri: string, suites: string) =>
    `Types: ${type}\nURIs: ${uri}\nSuites: ${suites}\nComponents: ${components.join(" ")}\nSigned-By: ${keyring}\n`;
  return [
    stanza(archive, updates ? `${suite} ${suite}-updates` : suite),
    ...(security === undefined || !updates ? [] : [stanza(security, `${suite}-security`)]),
  ].join("\n");
}

/** A line of `apt-get --print-uris`: `'URI' name_version_architecture.deb size …`. */
function parseUri(line: string): Deb[] {
  const file = /^'[^']+' (\S+\.deb) \d+/.exec(line)?.[1];
  if (file === undefined) return [];
  const [name = "", version = ""] = file.split("_");
  return [{ name, version: decodeURIComponent(version), file }];
}
