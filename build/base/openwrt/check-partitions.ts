import { createReadStream } from "node:fs";
import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import type { OpenwrtBoard } from "../../config/board.ts";
import type { Fault } from "../../core/faults.ts";
import type { Tools } from "../../debian/tools.ts";
import type { Overview } from "./check-images.ts";

const sectorBytes = 512;
/** What holds a partition table of either kind. */
const headBytes = 1024 ** 2;
/** Beyond any image: sfdisk gets only its head, and believes no partition that lies behind the end. */
const sparseBytes = 64 * 1024 ** 3;

/** Where a partition begins, and its size, both in bytes. */
interface Extent {
  readonly start: number;
  readonly size: number;
}

/**
 * Holds the squashfs in each of the board's disk images against its partition: OpenWrt's scripts write one that is longer
 * over what lies behind, and make succeeds without a word (scripts/gen_image_generic.sh). The router would start and
 * then miss files, or have its set-up nowhere to stay.
 */
export async function checkPartitions(
  shown: string,
  { openwrt }: OpenwrtBoard,
  { profiles }: Overview,
  directory: string,
  tools: Tools,
): Promise<Fault[]> {
  if (openwrt.rootfsMiB === undefined) return [];
  const expected = (profiles[openwrt.profile]?.images ?? []).filter(
    ({ name, type, filesystem }) =>
      filesystem === "squashfs" &&
      /\.img(\.gz)?$/.test(name) &&
      openwrt.images.some((image) => image.type === type),
  );
  const faults: Fault[] = [];
  for (const { name, type } of expected) {
    const file = join(directory, name);
    for (const { start, size } of await partitionsOf(file, tools)) {
      const bytes = squashfsBytes(await readAt(file, start, superblockBytes));
      if (bytes <= size) continue;
      const [over, used, room] = [bytes - size, bytes, size].map((each) => Math.ceil(each / 1024));
      const fact = `made the ${type} image (squashfs), but its system is ${over} KiB longer than its partition (${used} of at most ${room} KiB)`;
      const hint = "let the board's /openwrt/rootfsMiB be more, or take packages out of its profile";
      faults.push({ file: shown, path: "", fact, hint });
    }
  }
  return faults;
}

async function partitionsOf(file: string, tools: Tools): Promise<Extent[]> {
  const work = await mkdtemp(join(tmpdir(), "halfbridge-partitions-"));
  try {
    const head = join(work, "head");
    await writeFile(head, await readAt(file, 0, headBytes));
    await truncate(head, sparseBytes);
    const { stdout } = await tools.run("sfdisk", ["--json", head]);
    const { partitiontable } = JSON.parse(stdout) as { partitiontable: { partitions: Extent[] } };
    return partitiontable.partitions.map(({ start, size }) => ({
      start: start * sectorBytes,
      size: size * sectorBytes,
    }));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

const superblockBytes = 96;

/** How long a squashfs is by its superblock (Documentation/filesystems/squashfs.rst); 0 if it is none. */
function squashfsBytes(superblock: Buffer): number {
  if (superblock.length < superblockBytes || superblock.toString("latin1", 0, 4) !== "hsqs") return 0;
  return Number(superblock.readBigUInt64LE(40));
}

/** A part of an image, which may be compressed; shorter where it ends before. */
async function readAt(file: string, offset: number, length: number): Promise<Buffer> {
  const raw = createReadStream(file);
  // OpenWrt's metadata follows what is compressed
  const stream = file.endsWith(".gz") ? pipeline(raw, createGunzip(), () => {}) : raw;
  const found: Buffer[] = [];
  let at = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    found.push(chunk.subarray(Math.max(0, offset - at), Math.max(0, offset + length - at)));
    at += chunk.length;
    if (at >= offset + length) break;
  }
  return Buffer.concat(found);
}
