import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ToolError } from "../core/faults.ts";
import { run } from "../core/run.ts";
import { findMirrors } from "./mirrors.ts";
import type { PackageCache } from "./packages.ts";

/** A package file as apt resolved it. */
export interface Deb {
  readonly name: string;
  readonly version: string;
  /** File name in the archives folder; apt writes an epoch's colon as `%3a`. */
  readonly file: string;
}

/** A private apt root: the machine's own apt state is never touched. */
export interface Apt {
  readonly directory: string;
  readonly archives: string;
  resolve(names: readonly string[]): Promise<Deb[]>;
  download(debs: readonly Deb[]): Promise<void>;
}

const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** The roots whose indexes this process has fetched anew. */
const refreshed = new Set<string>();

export function aptDirectory(suite: string, architecture: string, cache: PackageCache): string {
  return join(cache.directory, "apt", `${suite}-${architecture}`);
}

/** Opens (and when new, or when asked to, updates) the private apt root of a suite and architecture. */
export async function openApt(suite: string, architecture: string, cache: PackageCache): Promise<Apt> {
  const directory = aptDirectory(suite, architecture, cache);
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
  const apt = (argv: readonly string[], cwd = directory) =>
    run(["apt-get", "--quiet", ...options, ...argv], { cwd });

  const sourcesFile = join(directory, "sources.sources");
  const sources = await sourcesOf(suite);
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
    await apt(["update", "--error-on=any"]);
    await writeFile(updated, "");
    refreshed.add(directory);
  }
  return {
    directory,
    archives,
    async resolve(names) {
      // apt prints no URI for a file that it already has: let it look where there is none
      const elsewhere = ["-o", `Dir::Cache::archives=${join(directory, "none")}`];
      const { stdout } = await apt(["install", "--print-uris", ...elsewhere, ...names]);
      return stdout.split("\n").flatMap(parseUri);
    },
    async download(debs) {
      const missing = debs.filter(({ file }) => !existsSync(join(archives, file)));
      if (missing.length === 0) return;
      // apt writes to the final name at once: a file is only moved there when it is whole
      const unfinished = await mkdtemp(join(archives, "partial-"));
      try {
        await apt(["download", ...missing.map(({ name, version }) => `${name}=${version}`)], unfinished);
        for (const { file } of missing) await rename(join(unfinished, file), join(archives, file));
      } finally {
        await rm(unfinished, { recursive: true, force: true });
      }
    },
  };
}

/** deb822 sources for the suite, its updates and its security archive, each checked against Debian's keys. */
async function sourcesOf(suite: string): Promise<string> {
  const { archive, security } = await findMirrors();
  const stanza = (uri: string, suites: string) =>
    `Types: deb\nURIs: ${uri}\nSuites: ${suites}\nComponents: main\nSigned-By: ${keyring}\n`;
  return [
    stanza(archive, `${suite} ${suite}-updates`),
    ...(security === undefined ? [] : [stanza(security, `${suite}-security`)]),
  ].join("\n");
}

/** A line of `apt-get --print-uris`: `'URI' name_version_architecture.deb size …`. */
function parseUri(line: string): Deb[] {
  const file = /^'[^']+' (\S+\.deb) \d+/.exec(line)?.[1];
  if (file === undefined) return [];
  const [name = "", version = ""] = file.split("_");
  return [{ name, version: decodeURIComponent(version), file }];
}
