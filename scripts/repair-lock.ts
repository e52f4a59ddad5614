/**
 * Makes package-lock.json acceptable to `npm ci` after `npm install`: where the registry lacks an
 * optional package for another platform, npm writes down that it is wanted but not the package
 * itself, and then refuses its own file (https://github.com/npm/cli/issues/9846). Here what the
 * file doesn't hold is no longer wanted.
 */
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { projectRoot } from "../build/core/paths.ts";

interface Lock {
  readonly packages: Readonly<Record<string, { optionalDependencies?: Record<string, string> }>>;
}

const file = join(projectRoot, "package-lock.json");
const lock: Lock = JSON.parse(await readFile(file, "utf8"));
for (const [place, entry] of Object.entries(lock.packages)) {
  if (entry.optionalDependencies === undefined || place === "") continue;
  const kept = Object.entries(entry.optionalDependencies).filter(([name]) => isLocked(place, name));
  entry.optionalDependencies = Object.fromEntries(kept);
}
await writeFile(`${file}.tmp`, `${JSON.stringify(lock, null, 2)}\n`);
await rename(`${file}.tmp`, file);

/** Whether Node's resolution, from the package's own folder upwards, finds the dependency. */
function isLocked(place: string, name: string): boolean {
  for (let at = place; ; at = at.slice(0, Math.max(0, at.lastIndexOf("/node_modules/")))) {
    if (`${at === "" ? "" : `${at}/`}node_modules/${name}` in lock.packages) return true;
    if (at === "") return false;
  }
}
