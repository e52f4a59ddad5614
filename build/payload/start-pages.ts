import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { projectRoot } from "../core/paths.ts";
import type { NodeRelease } from "./runtime.ts";

/**
 * The file that says which pages of a Node release are read until the proxy listens, recorded by
 * `npm run record-start`: ranges of page numbers (see orderPages) in hexadecimal, one a line. It belongs to the
 * very binary, and only speed depends on it.
 */
export const startPagesFile = ({ name, version }: Pick<NodeRelease, "name" | "version">): string =>
  join(projectRoot, "build", "payload", "start-pages", `${name}-${version}.txt`);

/** Undefined for a release that none was recorded for. */
export async function readStartPages(release: NodeRelease): Promise<ReadonlySet<number> | undefined> {
  const file = startPagesFile(release);
  return existsSync(file) ? parsePages(await readFile(file, "utf8")) : undefined;
}

export function parsePages(text: string): ReadonlySet<number> {
  const ranges = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Set(
    ranges.flatMap((range) => {
      const [first = NaN, last = first] = range.split("-").map((page) => Number.parseInt(page, 16));
      return Array.from({ length: last - first + 1 }, (_, index) => first + index);
    }),
  );
}

export function formatPages(pages: ReadonlySet<number>): string {
  const starts = [...pages].filter((page) => !pages.has(page - 1)).sort((a, b) => a - b);
  return starts
    .map((first) => {
      let last = first;
      while (pages.has(last + 1)) last++;
      const range = first === last ? [first] : [first, last];
      return `${range.map((page) => page.toString(16)).join("-")}\n`;
    })
    .join("");
}
