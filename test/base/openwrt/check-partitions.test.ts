import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import test from "ava";
import type { Overview } from "../../../build/base/openwrt/check-images.ts";
import { checkPartitions } from "../../../build/base/openwrt/check-partitions.ts";
import type { Tools } from "../../../build/debian/tools.ts";
import { temporaryFolder } from "../../temporary-folder.ts";
import { openwrtBoardByName } from "./made.ts";

const mib = 1024 ** 2;

/** What sfdisk says of OpenWrt's x86 images, in sectors: the kernel's partition, and the system's, of 2 MiB. */
const table = JSON.stringify({
  partitiontable: {
    label: "dos",
    unit: "sectors",
    sectorsize: 512,
    partitions: [
      { node: "head1", start: 512, size: 4096, type: "83", bootable: true },
      { node: "head2", start: 5120, size: 4096, type: "83" },
    ],
  },
});
const tools = { run: async () => ({ stdout: table }) } as unknown as Tools;

/** A disk image with a squashfs of that length, by its superblock, in the second partition. */
function diskWith(squashfsBytes: number): Buffer {
  const disk = Buffer.alloc(5120 * 512 + 2 * mib);
  disk.write("hsqs", 5120 * 512, "latin1");
  disk.writeBigUInt64LE(BigInt(squashfsBytes), 5120 * 512 + 40);
  return disk;
}

async function faultsOf(t: Parameters<typeof temporaryFolder>[0], squashfsBytes: number) {
  const directory = await temporaryFolder(t);
  const board = await openwrtBoardByName("x86-64");
  const images = [
    { name: "openwrt-squashfs-combined.img.gz", type: "combined", filesystem: "squashfs" },
    { name: "openwrt-ext4-combined.img.gz", type: "combined", filesystem: "ext4" }, // mkfs says so itself
  ];
  const overview = { profiles: { generic: { images, supported_devices: [] } } } as unknown as Overview;
  const metadata = Buffer.from("what fwtool appends");
  for (const { name } of images)
    await writeFile(join(directory, name), Buffer.concat([gzipSync(diskWith(squashfsBytes)), metadata]));
  return (await checkPartitions("builder", board, overview, directory, tools)).map(({ fact }) => fact);
}

test("a system that is longer than its partition, of which make says nothing, is a fault that says by how much", async (t) => {
  t.deepEqual(await faultsOf(t, 2 * mib + 1), [
    "made the combined image (squashfs), but its system is 1 KiB longer than its partition (2049 of at most 2048 KiB)",
  ]);
  t.deepEqual(await faultsOf(t, 2 * mib), []);
});
