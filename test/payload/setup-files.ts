import type { Site } from "../../build/config/site.ts";
import type { Entry } from "../../build/core/tree.ts";
import { printSetup } from "../../build/payload/setup.ts";
import { board, planOf } from "../setups.ts";

export function textOf(entry: Entry | undefined): string {
  return entry?.kind === "file" && "content" in entry.from ? entry.from.content.toString() : "";
}

/** A printed set-up's files by their names in it. */
export function setupOf(changes: Partial<Site>, of = board): ReadonlyMap<string, string> {
  return new Map(printSetup(planOf(changes, of)).map((entry) => [entry.path.slice(1), textOf(entry)]));
}

/** The pairs of scripts that a set-up consists of, in the order in which they are started. */
export const scriptNames = ["guard", "capture", "network"] as const;
