import { existsSync, readdirSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { ToolError } from "../core/faults.ts";
import type { Package } from "./packages.ts";

/** A file and the package that it is from. */
export interface PackageFile {
  /** Where it is in the image: `/usr/bin/dash`. */
  readonly path: string;
  /** Where its bytes are on this machine, links followed. */
  readonly file: string;
  readonly package: Package;
}

/** Finds a path in the packages that were fetched. */
export function findFile(path: string, packages: readonly Package[]): PackageFile | undefined {
  const owner = packages.find(({ directory }) => existsSync(join(directory, path)));
  return owner && { path, file: realpathSync(join(owner.directory, path)), package: owner };
}

/** As findFile, for a path that has to be there. */
export function requireFile(path: string, packages: readonly Package[]): PackageFile {
  const found = findFile(path, packages);
  if (found === undefined) {
    throw new ToolError(`${path}: in none of the ${packages.length} packages that were fetched`);
  }
  return found;
}

/** All files below a folder that the packages have. */
export function listFolder(path: string, packages: readonly Package[]): PackageFile[] {
  const files = packages
    .map(({ directory }) => join(directory, path))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: "utf8" })
        .filter((name) => statSync(join(folder, name)).isFile())
        .map((name) => requireFile(join(path, name), packages)),
    );
  if (files.length === 0)
    throw new ToolError(`${path}/: in none of the ${packages.length} packages that were fetched`);
  return files;
}
