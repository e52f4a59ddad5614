import { createHash } from "node:crypto";
import { ToolError } from "../core/faults.ts";
import { countUp, type TellShare } from "../core/progress.ts";
import { bytesOf, type MappedRange, type Range } from "./block-map.ts";
import { isZero, readChunks, type Source } from "./disk.ts";

interface Compared {
  /** The checksums that the content has to have. */
  readonly ranges: readonly MappedRange[];
  /** What has to be zero. */
  readonly empty: readonly Range[];
}

/** Reads all of it, whatever differs; throws a ToolError that says how much does, and where first. */
export async function compare(
  file: Source,
  { ranges, empty }: Compared,
  hint: string,
  tell: TellShare,
): Promise<void> {
  const counted = countUp(bytesOf(ranges) + bytesOf(empty), tell);
  const different: Range[] = [];
  for (const range of ranges) {
    const hash = createHash("sha256");
    for await (const { chunk } of readChunks(file, range)) {
      hash.update(chunk);
      counted(chunk.length);
    }
    if (hash.digest("hex") !== range.sha256) different.push(range);
  }
  for (const range of empty) {
    for await (const { chunk, start, bytes } of readChunks(file, range)) {
      if (!isZero(chunk)) different.push({ start, bytes });
      counted(bytes);
    }
  }
  const [first] = different.toSorted((a, b) => a.start - b.start);
  if (first === undefined) return;
  const where = `the first from byte ${first.start} to ${first.start + first.bytes - 1}`;
  const count = `${different.length} of ${ranges.length + empty.length} ranges`;
  throw new ToolError(`${file.path}: ${count} differ from the image's block map, ${where}`, hint);
}
