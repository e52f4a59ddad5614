import { mkdir, open, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import { run, type RunResult } from "../../build/core/run.ts";
import { findPublishedImage, type PublishedImage } from "../../build/flash/published-image.ts";
import { temporaryFolder } from "../temporary-folder.ts";

export const mib = 1024 ** 2;

/** Content by where it is in the image, in bytes; holes are what is between. */
const parts = [
  { start: 0, bytes: 4096 },
  { start: mib - 8192, bytes: 3 * mib },
  { start: 6 * mib, bytes: 4096 },
  { start: 8 * mib - 4096, bytes: 4096 },
];

let blockMap: Promise<RunResult> | undefined;

/** An image of 8 MiB with holes, with its block map by bmaptool, as `halfbridge build` publishes them. */
export async function publishImage(
  t: ExecutionContext,
): Promise<PublishedImage & { readonly outDirectory: string }> {
  const outDirectory = await temporaryFolder(t);
  const directory = join(outDirectory, "x86-64");
  await mkdir(directory);
  const file = join(directory, "halfbridge.img");
  const handle = await open(file, "w");
  await handle.truncate(8 * mib);
  for (const { start, bytes } of parts) await handle.write(noise(bytes, start), 0, bytes, start);
  await handle.close();
  // the same image each time, and so the same map: the program takes longer than all the rest
  blockMap ??= run(["bmaptool", "create", file]);
  await writeFile(`${file}.bmap`, (await blockMap).stdout);
  await writeFile(join(directory, "manifest.json"), '{"image":{"file":"halfbridge.img"}}');
  return { ...(await findPublishedImage("x86-64", outDirectory)), outDirectory };
}

/** A file that stands for a disk which was in use before: no byte of it is zero. */
export async function usedDisk(t: ExecutionContext, bytes: number): Promise<string> {
  const file = join(await temporaryFolder(t), "disk.img");
  await writeFile(file, Buffer.alloc(bytes, 0xa5));
  return file;
}

export async function flipByte(file: string, at: number): Promise<void> {
  const handle = await open(file, "r+");
  const byte = Buffer.alloc(1);
  await handle.read(byte, 0, 1, at);
  byte.writeUInt8(byte.readUInt8() ^ 1);
  await handle.write(byte, 0, 1, at);
  await handle.close();
}

export const firstBytes = async (file: string, bytes: number): Promise<Buffer> =>
  (await readFile(file)).subarray(0, bytes);

function noise(bytes: number, seed: number): Buffer {
  const words = new Uint32Array(bytes / 4);
  let word = seed + 1;
  for (let index = 0; index < words.length; index++) {
    word = (Math.imul(word, 1664525) + 1013904223) >>> 0;
    words[index] = word;
  }
  return Buffer.from(words.buffer);
}
