import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ToolError } from "../core/faults.ts";
import type { Tools } from "../debian/tools.ts";
import type { Layout, Partition } from "./layout.ts";

/**
 * Holds a disk's file against the tools that know its formats: the partition table, and every file system on it (of
 * a squashfs, its tables). Throws a ToolError with what they say.
 */
export async function checkDisk(layout: Layout, tools: Tools, file: string): Promise<void> {
  const { stdout, stderr } = await tools.run("sfdisk", ["--verify", file]);
  // it takes the second copy of a table whose first one is broken, and finds no errors then
  if (!stdout.includes("No errors detected") || /corrupt|fail/i.test(stderr))
    throw new ToolError(`${file}: sfdisk --verify: ${`${stderr}${stdout}`.trim()}`);
  const work = await mkdtemp(join(tmpdir(), "halfbridge-check-"));
  try {
    for (const partition of layout.partitions) {
      const check = await checkFor(partition, file);
      if (check === undefined) continue;
      const copy = join(work, partition.name);
      await copyOut(file, partition, copy);
      await tools.run(check.program, [...check.options, copy]);
      await rm(copy);
    }
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** What looks at a partition, by the magic of what is on it; nothing at one that holds no file system. */
async function checkFor(
  { startBytes }: Partition,
  file: string,
): Promise<{ program: "fsck.fat" | "e2fsck" | "unsquashfs"; options: readonly string[] } | undefined> {
  const at = async (offset: number, length: number) => readAt(file, startBytes + offset, length);
  if ((await at(82, 5)).toString("latin1") === "FAT32") return { program: "fsck.fat", options: ["-n"] };
  if ((await at(1024 + 56, 2)).readUInt16LE() === 0xef53) return { program: "e2fsck", options: ["-f", "-n"] };
  if ((await at(0, 4)).toString("latin1") === "hsqs")
    return { program: "unsquashfs", options: ["-lc", "-q"] };
  return undefined;
}

async function readAt(file: string, offset: number, length: number): Promise<Buffer> {
  const handle = await open(file);
  try {
    const { buffer } = await handle.read(Buffer.alloc(length), 0, length, offset);
    return buffer;
  } finally {
    await handle.close();
  }
}

/** A file system as a file of its own, with its holes: not every tool looks at a part of one. */
async function copyOut(file: string, { startBytes, sizeBytes }: Partition, to: string): Promise<void> {
  const [from, copy] = [await open(file), await open(to, "w")];
  try {
    const block = Buffer.alloc(1024 * 1024);
    const empty = Buffer.alloc(block.length);
    for (let done = 0; done < sizeBytes; done += block.length) {
      const { bytesRead } = await from.read(block, 0, block.length, startBytes + done);
      const part = block.subarray(0, bytesRead);
      if (!part.equals(empty.subarray(0, bytesRead))) await copy.write(part, 0, part.length, done);
    }
    await copy.truncate(sizeBytes);
  } finally {
    await from.close();
    await copy.close();
  }
}
