import { countUp, type TellShare } from "../core/progress.ts";
import { bytesOf, gapsOf, type BlockMap, type Range } from "./block-map.ts";
import { isZero, readChunks, settle, write, writeZeros, type Disk, type Source } from "./disk.ts";

/** What every firmware looks at first: partition tables, and loaders at fixed sectors. In bytes. */
const headBytes = 1024 * 1024;

/**
 * Makes everything zero that the map leaves out, as it is in the image: file systems and the partition table
 * count on it (a former FAT, journal or LUKS header would be taken for theirs). Only what holds
 * something is written, since reading is quicker. Returns what was. The disk's head goes first: from here on
 * until all is written it starts nothing.
 */
export async function clearGaps(disk: Disk, map: BlockMap, tell: TellShare): Promise<Range[]> {
  await writeZeros(disk, { start: 0, bytes: Math.min(headBytes, map.imageBytes) });
  await settle(disk);
  const gaps = gapsOf(map);
  const counted = countUp(bytesOf(gaps), tell);
  const cleared: Range[] = [];
  for (const gap of gaps) {
    for await (const { chunk, start, bytes } of readChunks(disk, gap)) {
      if (!isZero(chunk)) {
        await writeZeros(disk, { start, bytes });
        cleared.push({ start, bytes });
      }
      counted(bytes);
    }
  }
  return cleared;
}

/** Writes the mapped ranges, the disk's head last, and waits until the device has them. */
export async function writeRanges(
  disk: Disk,
  image: Source,
  { ranges, imageBytes }: BlockMap,
  tell: TellShare,
): Promise<void> {
  const counted = countUp(bytesOf(ranges), tell);
  for (const [from, to] of [
    [headBytes, imageBytes],
    [0, headBytes],
  ] as const) {
    for (const range of ranges.map((whole) => cut(whole, from, to)).filter(({ bytes }) => bytes > 0)) {
      for await (const { chunk, start } of readChunks(image, range)) {
        await write(disk, chunk, start);
        counted(chunk.length);
      }
    }
    await settle(disk);
  }
}

function cut({ start, bytes }: Range, from: number, to: number): Range {
  const first = Math.max(start, from);
  return { start: first, bytes: Math.min(start + bytes, to) - first };
}
