import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hashFile } from "../core/hash.ts";
import type { Tools } from "../debian/tools.ts";

/** What U-Boot's dumpimage says of one image in a tree. */
export interface ListedImage {
  readonly name: string;
  readonly type: string;
  readonly architecture: string;
  /** sha256 that the tree has of it; undefined if it has none. */
  readonly sha256: string | undefined;
}

/**
 * Checks U-Boot's own image files by U-Boot's own tool. A script (`boot.scr`) must have a header and data
 * of the sums that it says; of a tree (`u-boot.itb`), every image must have the sum that the tree says,
 * and the images that `wanted` names by how they begin must be there.
 */
export async function checkImages(file: string, wanted: readonly string[], tools: Tools): Promise<string[]> {
  const { stdout, stderr, exitCode } = await tools.run("dumpimage", ["-l", file], { okCodes: anyCode });
  if (exitCode !== 0) {
    return [`isn't an image that U-Boot can read (${lastLine(stderr) ?? lastLine(stdout) ?? exitCode})`];
  }
  const images = readListing(stdout);
  const missing = wanted.filter((name) => !images.some((image) => image.name.startsWith(name)));
  const faults = missing.map((name) => `has no image ${name}`);
  const folder = await mkdtemp(join(tmpdir(), "halfbridge-images-"));
  try {
    for (const [position, { name, sha256 }] of images.entries()) {
      const copy = join(folder, String(position));
      const extract = ["-T", "flat_dt", "-p", String(position), "-o", copy, file];
      const extracted = await tools.run("dumpimage", extract, { okCodes: anyCode });
      if (sha256 === undefined) faults.push(`image ${name} has no sha256`);
      else if (extracted.exitCode !== 0 || (await hashFile(copy)) !== sha256) {
        faults.push(`image ${name} isn't what the tree says (sha256)`);
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return faults;
}

/** Reads the images of a tree out of `dumpimage -l`; a script has none. */
export function readListing(text: string): ListedImage[] {
  const [, ...parts] = text.split(/^ Image \d+ /m);
  return parts.map((part) => ({
    name: /^\((.*)\)$/m.exec(part)?.[1] ?? "",
    type: fieldOf(part, "Type") ?? "",
    architecture: fieldOf(part, "Architecture") ?? "",
    sha256: /Hash algo: +sha256\n +Hash value: +([0-9a-f]{64})$/m.exec(part)?.[1],
  }));
}

const fieldOf = (part: string, field: string): string | undefined =>
  new RegExp(`^  ${field}: +(.*)$`, "m").exec(part)?.[1];

const anyCode = Array.from({ length: 256 }, (_, code) => code);

const lastLine = (text: string): string | undefined => text.trim().split("\n").at(-1) || undefined;
