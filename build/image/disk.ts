import { createReadStream, createWriteStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { ToolError } from "../core/faults.ts";
import type { Tools } from "../debian/tools.ts";
import { sfdiskScript, type Layout, type Partition } from "./layout.ts";

/** A part of a disk, in bytes, and what it is called. */
interface Place {
  readonly name: string;
  readonly startBytes: number;
  readonly sizeBytes: number;
}

/** Makes a file of the disk's size with nothing but its partition table. */
export async function writePartitionTable(layout: Layout, tools: Tools, file: string): Promise<void> {
  const disk = await open(file, "w");
  await disk.truncate(layout.sizeBytes);
  await disk.close();
  await tools.run("sfdisk", ["--quiet", "--no-reread", "--no-tell-kernel", file], {
    input: sfdiskScript(layout),
  });
}

/** The partition of that name; it is a fault of the program if the layout has none. */
export function partitionOf({ partitions }: Layout, name: Partition["name"]): Partition {
  const found = partitions.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`the layout has no partition ${name}`);
  return found;
}

/** Copies a file to where a partition begins. Throws a ToolError that says by how much it is too big. */
export async function copyInto(
  source: string,
  { name, startBytes, sizeBytes }: Place,
  file: string,
): Promise<void> {
  const { size } = await stat(source);
  if (size > sizeBytes) {
    const overMiB = Math.ceil((size - sizeBytes) / 1024 / 1024);
    throw new ToolError(
      `partition ${name} is ${overMiB} MiB too small`,
      "enlarge it in the board profile's /image",
    );
  }
  await pipeline(
    createReadStream(source, { highWaterMark: 1 << 20 }),
    createWriteStream(file, { flags: "r+", start: startBytes }),
  );
}

export async function writeAt(file: string, bytes: Buffer, offset: number): Promise<void> {
  const handle = await open(file, "r+");
  try {
    await handle.write(bytes, 0, bytes.length, offset);
  } finally {
    await handle.close();
  }
}
