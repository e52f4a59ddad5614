import { statSync } from "node:fs";
import { hashOf } from "../core/hash.ts";
import type { Entry } from "../core/tree.ts";

/**
 * The identity of a tree, without reading the files it copies: they lie in the cache under names that
 * are identities themselves (package and version, or step and inputs). Size is a cheap further witness.
 */
export function identifyTree(tree: readonly Entry[]): string {
  return hashOf(
    tree.map((entry) => {
      if (entry.kind !== "file") return entry;
      if ("content" in entry.from) return { ...entry, from: entry.from.content.toString() };
      const { file } = entry.from;
      return { ...entry, from: [file.replace(/^.*\/\.cache\//, ""), statSync(file).size] };
    }),
  );
}
