import type { OpenwrtBoard } from "../../config/board.ts";
import type { Fault } from "../../core/faults.ts";
import { estimatePacked, type PackedWeight } from "../../image/estimate.ts";
import type { Made } from "../export-base.ts";
import { filesTree } from "./tree.ts";

/** What our files may weigh once they are packed: models with 128 MiB of NAND have room for that beside OpenWrt. */
export const mostPackedBytes = 45e6;

/**
 * What the overlay weighs, by where its files are from, the heaviest first. Packed as Debian's images are; OpenWrt's
 * xz comes out some 10 % smaller (measured: 34.3 MB where zstd gives 37.8).
 */
export async function weighOverlay({
  plan,
  payload,
  packages,
  cache,
}: Made<OpenwrtBoard>): Promise<PackedWeight[]> {
  const files = await filesTree(plan, payload, packages);
  return estimatePacked(files.tree, "squashfs", files.packages, cache);
}

/** It is over budget: by how much, and what weighs most. */
export function findOverlayOverrun(board: string, parts: readonly PackedWeight[]): Fault[] {
  const bytes = parts.reduce((sum, { packedBytes }) => sum + packedBytes, 0);
  if (bytes <= mostPackedBytes) return [];
  const heaviest = parts.slice(0, 3).map(({ from, packedBytes }) => `${from} ${megabytes(packedBytes)}`);
  const fact = `the overlay is ${megabytes(bytes)} once packed, ${megabytes(bytes - mostPackedBytes)} too much`;
  return [{ file: `board ${board}`, path: "", fact, hint: `heaviest: ${heaviest.join(", ")}` }];
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
