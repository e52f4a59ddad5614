import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { InputError } from "../../core/faults.ts";
import { releaseOf, type Release } from "./releases.ts";

/** What an ImageBuilder or a checkout is of: `24.10.2`, or `SNAPSHOT`, and the release that this is a version of. */
export interface TreeVersion {
  readonly version: string;
  readonly release: Release;
}

/** Reads it. Throws an InputError for one that is older than all releases that are known. */
export async function readVersion(directory: string, config: string, shown: string): Promise<TreeVersion> {
  const version = await versionOf(directory, config);
  const release = releaseOf(version);
  if (release !== undefined) return { version, release };
  const fact = `is of OpenWrt ${version}, which is older than all releases that this tool knows`;
  throw new InputError([{ file: shown, path: "", fact, hint: "use 23.05 or newer" }]);
}

/** In a release .config says it; else include/version.mk has what it falls back to. */
async function versionOf(directory: string, config: string): Promise<string> {
  const said = /^CONFIG_VERSION_NUMBER="(.+)"$/m.exec(config)?.[1];
  if (said !== undefined) return said;
  const makefile = await readFile(join(directory, "include", "version.mk"), "utf8").catch(() => "");
  return (
    /^VERSION_NUMBER:=\$\(if \$\(VERSION_NUMBER\),\$\(VERSION_NUMBER\),([^)]+)\)/m.exec(makefile)?.[1] ??
    "SNAPSHOT"
  );
}
