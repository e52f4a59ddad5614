import { statSync } from "node:fs";
import type { Entry } from "../core/tree.ts";
import type { Package } from "../debian/packages.ts";

/** What a tree's files weigh by where they are from, in bytes before compression; the heaviest first. */
export interface Weight {
  readonly from: string;
  readonly bytes: number;
}

export function weigh(tree: readonly Entry[], packages: readonly Package[]): Weight[] {
  const weights = new Map<string, number>();
  for (const entry of tree) {
    if (entry.kind !== "file") continue;
    const from = originOf(entry.path, "file" in entry.from ? entry.from.file : "", packages);
    const bytes =
      "file" in entry.from ? statSync(entry.from.file).size : Buffer.byteLength(entry.from.content);
    weights.set(from, (weights.get(from) ?? 0) + bytes);
  }
  return [...weights]
    .map(([from, bytes]) => ({ from, bytes }))
    .sort((a, b) => b.bytes - a.bytes || (a.from < b.from ? -1 : 1));
}

function originOf(path: string, file: string, packages: readonly Package[]): string {
  const owner = packages.find(({ directory }) => file.startsWith(`${directory}/`));
  if (owner !== undefined) return owner.name;
  if (path.startsWith("/usr/lib/modules/")) return "kernel modules";
  if (path.startsWith("/usr/lib/halfbridge/runtime/")) return "Node runtime";
  return "Halfbridge";
}
