import { createHash } from "node:crypto";
import { copyFile, mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeTree, type Entry } from "../core/tree.ts";
import type { Tools } from "../debian/tools.ts";

/** How a squashfs is compressed: `release` is small, `fast` is quick to make, `none` is quick to read, `openwrt` is as OpenWrt does it. */
export type Compression = "release" | "fast" | "none" | "openwrt";

/** Owned by root, without times, the same bytes for the same tree. */
const sameBytes = ["-all-root", "-no-xattrs", "-no-progress", "-quiet", "-reproducible"];
const noTimes = ["-mkfs-time", "0", "-all-time", "0"];

const options: Readonly<Record<Compression, readonly string[]>> = {
  release: ["-comp", "zstd", "-Xcompression-level", "19", "-b", "1M"],
  fast: ["-comp", "lz4", "-b", "256K"],
  openwrt: ["-comp", "xz", "-b", "256K"],
  // GRUB's squash4 can't read zstd; what isn't compressed at all it needn't unpack either
  none: ["-comp", "gzip", "-noI", "-noD", "-noF", "-noX", "-b", "1M"],
};

/** Writes a tree as a squashfs: owned by root, without times, the same bytes for the same tree. */
export async function writeSquashfs(
  tree: readonly Entry[],
  file: string,
  compression: Compression,
  tools: Tools,
): Promise<void> {
  await withFiles(tree, (root) =>
    tools.run("mksquashfs", [root, file, ...options[compression], "-noappend", ...sameBytes, ...noTimes]),
  );
}

/**
 * Writes a squashfs that has the files of another one, as they were compressed there, and a tree beside them.
 * The tree's topmost folders must not be in the other one: mksquashfs would give them other names.
 */
export async function extendSquashfs(
  base: string,
  tree: readonly Entry[],
  file: string,
  tools: Tools,
): Promise<void> {
  await copyFile(base, file);
  await withFiles(tree, (root) =>
    // compressed as the file says; what it takes to go back isn't wanted beside it
    tools.run("mksquashfs", [root, file, "-no-recovery", ...sameBytes, ...noTimes]),
  );
}

async function withFiles(tree: readonly Entry[], use: (root: string) => Promise<unknown>): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), "halfbridge-squashfs-"));
  try {
    await writeTree(tree, root);
    await use(root);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/**
 * What tells one squashfs from another: 16 hex digits of the sha256 of its superblock, which says where all
 * its tables are (kernel: filesystems/squashfs). The initramfs reckons the same (overlays/debian-initramfs).
 */
export async function identifySquashfs(file: string): Promise<string> {
  const superblock = Buffer.alloc(96);
  const handle = await open(file);
  try {
    await handle.read(superblock, 0, superblock.length, 0);
  } finally {
    await handle.close();
  }
  return createHash("sha256").update(superblock).digest("hex").slice(0, 16);
}
