import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import { projectRoot } from "../../../build/core/paths.ts";
import { temporaryFolder } from "../../temporary-folder.ts";

/** A change of a stand-in's file; one that changes nothing fails the test. */
export type Edit = readonly [file: string, from: string | RegExp, to: string];

/** A copy of what stands in for an ImageBuilder or a checkout of OpenWrt, after edits of its files. */
export async function standIn(
  t: ExecutionContext,
  name: "imagebuilder" | "openwrt-source",
  edits: readonly Edit[] = [],
): Promise<string> {
  const folder = join(await temporaryFolder(t), name);
  await cp(join(projectRoot, "test/stand-ins", name), folder, { recursive: true });
  for (const [path, from, to] of edits) {
    const file = join(folder, path);
    const text = await readFile(file, "utf8");
    t.not(text.replace(from, to), text, `${path} has no ${String(from)}`);
    await writeFile(file, text.replace(from, to));
  }
  return folder;
}
