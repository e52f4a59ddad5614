import { statSync } from "node:fs";
import type { Entry, FileEntry } from "../core/tree.ts";
import type { Package } from "../debian/packages.ts";
import { runtimeFolder } from "../payload/runtime.ts";
import { startSnapshotName } from "../payload/start-snapshot.ts";

/** What a tree's files weigh by where they are from, in bytes before compression; the heaviest first. */
export interface Weight {
  readonly from: string;
  readonly bytes: number;
}

export function weigh(tree: readonly Entry[], packages: readonly Package[]): Weight[] {
  return [...groupByOrigin(tree, packages)]
    .map(([from, files]) => ({ from, bytes: files.reduce((sum, file) => sum + sizeOf(file), 0) }))
    .sort((a, b) => b.bytes - a.bytes || (a.from < b.from ? -1 : 1));
}

const sizeOf = ({ from }: FileEntry): number =>
  "file" in from ? statSync(from.file).size : Buffer.byteLength(from.content);

/** A tree's files by where they are from: a package, or a part of what isn't Debian's. */
export function groupByOrigin(
  tree: readonly Entry[],
  packages: readonly Package[],
): ReadonlyMap<string, readonly FileEntry[]> {
  const files = tree.filter((entry) => entry.kind === "file");
  return Map.groupBy(files, ({ path, from }) => originOf(path, "file" in from ? from.file : "", packages));
}

function originOf(path: string, file: string, packages: readonly Package[]): string {
  const owner = packages.find(({ directory }) => file.startsWith(`${directory}/`));
  if (owner !== undefined) return owner.name;
  if (/^\/(usr\/lib|router)\/modules\//.test(path)) return "kernel modules"; // as layerRoot stores them, too
  if (path === `${runtimeFolder}/${startSnapshotName}`) return "Node's start snapshot";
  if (path.startsWith(`${runtimeFolder}/`)) return "Node runtime";
  return "Halfbridge";
}
