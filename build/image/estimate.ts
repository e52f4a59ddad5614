import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { promisify } from "node:util";
import { constants, zstdCompress } from "node:zlib";
import { mapConcurrently } from "../core/concurrency.ts";
import { identifyTree } from "../core/identify-tree.ts";
import { hashSources, runStep } from "../core/steps.ts";
import type { Entry, FileEntry } from "../core/tree.ts";
import type { Package } from "../debian/packages.ts";
import { groupByOrigin, type Weight } from "./sizes.ts";

/** What files of one origin weigh, in bytes: as they are, and once they are packed. */
export interface PackedWeight extends Weight {
  readonly packedBytes: number;
}

/** How a tree is to be packed: `squashfs` in blocks of 1 MiB, `cpio` as one stream; both by zstd's level 19. */
export type Packing = "squashfs" | "cpio";

/** Level 6 takes a thirtieth of the time that level 19 does. */
const level = 6;

/**
 * What level 19 makes of what level 6 does, measured on the example site's trees for amd64 and arm64: 0.879 to 0.892
 * of their parts as squashfs, 0.86 to 0.87 of the initramfs. docs/architecture.md has the error of the whole.
 */
const ratios: Readonly<Record<Packing, number>> = { squashfs: 0.884, cpio: 0.863 };

/** By how much a root file system may come out otherwise than it was estimated. */
export const estimateError = 0.03;

const blockBytes = 1024 * 1024;
const compress = promisify(zstdCompress);

/**
 * Estimates what a tree weighs when it is packed, by where its files are from, without packing it: each origin's
 * files are compressed quickly, in blocks as mksquashfs makes them, and files that are there twice count once.
 */
export async function estimatePacked(
  tree: readonly Entry[],
  packing: Packing,
  packages: readonly Package[],
  cache: string,
): Promise<PackedWeight[]> {
  const { path } = await runStep(cache, {
    name: "estimate",
    title: `Estimate what ${packing === "cpio" ? "the initramfs weighs" : "a root file system's layer weighs"}`,
    inputs: {
      tree: identifyTree(tree),
      packing,
      code: await hashSources("build/image/estimate.ts", "build/image/sizes.ts"),
    },
    make: async (file) => writeFile(file, JSON.stringify(await measure(tree, packing, packages))),
  });
  return JSON.parse(await readFile(path, "utf8")) as PackedWeight[];
}

async function measure(
  tree: readonly Entry[],
  packing: Packing,
  packages: readonly Package[],
): Promise<PackedWeight[]> {
  const seen = new Set<string>();
  const weights: PackedWeight[] = [];
  for (const [from, files] of groupByOrigin(tree, packages)) {
    const contents = await Promise.all(files.map(contentOf));
    const once = contents.filter((bytes) => isFirst(bytes, seen));
    const blocks = packing === "cpio" ? [Buffer.concat(once)] : blocksOf(once);
    const sizes = await mapConcurrently(blocks, availableParallelism(), (block) =>
      packedSize(block, ratios[packing]),
    );
    weights.push({
      from,
      bytes: contents.reduce((sum, { length }) => sum + length, 0),
      packedBytes: Math.round(sizes.reduce((sum, size) => sum + size, 0)),
    });
  }
  return weights.sort((a, b) => b.packedBytes - a.packedBytes || (a.from < b.from ? -1 : 1));
}

async function contentOf({ from }: FileEntry): Promise<Buffer> {
  return "file" in from ? readFile(from.file) : Buffer.from(from.content);
}

function isFirst(bytes: Buffer, seen: Set<string>): boolean {
  const identity = createHash("sha256").update(bytes).digest("hex");
  return !seen.has(identity) && seen.add(identity) !== undefined;
}

/** As mksquashfs divides files: in blocks; what is smaller than one goes together with others that are. */
function blocksOf(contents: readonly Buffer[]): Buffer[] {
  const small = contents.filter(({ length }) => length < blockBytes);
  const large = contents.filter(({ length }) => length >= blockBytes);
  return [...large, Buffer.concat(small)].flatMap((bytes) =>
    Array.from({ length: Math.ceil(bytes.length / blockBytes) }, (_, index) =>
      bytes.subarray(index * blockBytes, (index + 1) * blockBytes),
    ),
  );
}

/** What doesn't get smaller is stored as it is. */
async function packedSize(block: Buffer, ratio: number): Promise<number> {
  const { length } = await compress(block, { params: { [constants.ZSTD_c_compressionLevel]: level } });
  return length < block.length ? length * ratio : block.length;
}
