import { statSync } from "node:fs";
import { hashOf } from "./hash.ts";
import type { Entry } from "./tree.ts";

/**
 * The identity of a tree, without reading the files it copies: either it is known what is in them, or they lie
 * in the cache under names that are identities themselves (package and version, or step and inputs), with
 * their size as a cheap further witness.
 */
export function identifyTree(tree: readonly Entry[]): string {
  return hashOf(
    tree.map((entry) => {
      if (entry.kind !== "file") return entry;
      if ("content" in entry.from) return { ...entry, from: entry.from.content.toString() };
      const { file, sha256 } = entry.from;
      return { ...entry, from: [sha256 ?? file.replace(/^.*\/\.cache\//, ""), statSync(file).size] };
    }),
  );
}
