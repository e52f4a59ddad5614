import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { InputError } from "../core/faults.ts";

/** Which parts of an image hold anything: what bmaptool(1) makes of it, format 2.0. Sizes in bytes. */
export interface BlockMap {
  readonly imageBytes: number;
  /** In ascending order; all that lies between them is zero in the image. */
  readonly ranges: readonly MappedRange[];
}

export interface Range {
  readonly start: number;
  readonly bytes: number;
}

export interface MappedRange extends Range {
  /** Of the range's content, in hex. */
  readonly sha256: string;
}

/** Reads a block map and holds it against its own checksum. */
export async function readBlockMap(file: string, shown: string): Promise<BlockMap> {
  const text = await readFile(file, "latin1");
  const fault = (fact: string) => new InputError([{ file: shown, path: "", fact, hint: "build it again" }]);
  const value = (tag: string) => new RegExp(`<${tag}>\\s*(\\w+)\\s*</${tag}>`).exec(text)?.[1] ?? "";
  const checksum = value("BmapFileChecksum");
  if (!/<bmap version="2\.\d+">/.test(text) || value("ChecksumType") !== "sha256" || checksum === "")
    throw fault("is no block map of format 2 with sha256 checksums");
  if (checksum !== sha256(text.replace(checksum, "0".repeat(checksum.length))))
    throw fault("is damaged: its checksum differs");
  const imageBytes = Number(value("ImageSize"));
  const blockBytes = Number(value("BlockSize"));
  const range = ([, hash = "", first = "", last = first]: RegExpExecArray): MappedRange => {
    const start = Number(first) * blockBytes;
    const end = Math.min((Number(last) + 1) * blockBytes, imageBytes);
    return { start, bytes: end - start, sha256: hash };
  };
  const pattern = /<Range chksum="([0-9a-f]{64})">\s*(\d+)(?:-(\d+))?\s*<\/Range>/g;
  return { imageBytes, ranges: [...text.matchAll(pattern)].map(range) };
}

/** What lies between the mapped ranges. */
export function gapsOf({ imageBytes, ranges }: BlockMap): Range[] {
  const starts = [0, ...ranges.map(({ start, bytes }) => start + bytes)];
  const ends = [...ranges.map(({ start }) => start), imageBytes];
  return starts
    .map((start, index) => ({ start, bytes: (ends[index] ?? start) - start }))
    .filter(({ bytes }) => bytes > 0);
}

export const bytesOf = (ranges: readonly Range[]): number =>
  ranges.reduce((sum, { bytes }) => sum + bytes, 0);

function sha256(text: string): string {
  return createHash("sha256").update(text, "latin1").digest("hex");
}
