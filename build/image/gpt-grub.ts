import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Plan } from "../plan/plan.ts";
import { ToolError } from "../core/faults.ts";
import { projectRoot } from "../core/paths.ts";
import type { Package } from "../debian/packages.ts";
import type { Tools } from "../debian/tools.ts";
import { makeGrub } from "./grub.ts";
import { fixedGuid, layoutDisk, sfdiskScript, type Layout, type Partition } from "./layout.ts";

const grubConfiguration = join(projectRoot, "overlays", "esp", "grub", "grub.cfg");

/** What goes into a slot: two squashfs files. */
export interface Slot {
  readonly boot: string;
  readonly root: string;
}

/** A GPT disk that GRUB starts by BIOS and by UEFI; slot A is filled, slot B is for the first update. */
export async function writeGptGrub(
  plan: Plan,
  slot: Slot,
  packages: readonly Package[],
  tools: Tools,
  file: string,
): Promise<void> {
  const layout = layoutDisk(plan.board);
  const work = await mkdtemp(join(tmpdir(), "halfbridge-image-"));
  try {
    const disk = await open(file, "w");
    await disk.truncate(layout.sizeBytes);
    await disk.close();
    await tools.run("sfdisk", ["--quiet", "--no-reread", "--no-tell-kernel", file], {
      input: sfdiskScript(layout),
    });
    const bios = partition(layout, "bios");
    const grub = await makeGrub(packages, tools, work, bios.startBytes / 512);
    await writeAt(file, grub.bootCode, 0);
    await writeAt(file, grub.core, bios.startBytes);
    await writeEsp(plan, grub, partition(layout, "esp"), tools, file);
    await copyInto(slot.boot, partition(layout, "boot-a"), file);
    await copyInto(slot.root, partition(layout, "root-a"), file);
    await makeData(plan.board.name, partition(layout, "data"), tools, file);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function partition({ partitions }: Layout, name: Partition["name"]): Partition {
  return partitions.find((candidate) => candidate.name === name) as Partition;
}

/** FAT32 with GRUB for UEFI, its configuration and its environment. */
async function writeEsp(
  plan: Plan,
  grub: { efi: string; environment: string },
  { startBytes, sizeBytes }: Partition,
  tools: Tools,
  file: string,
): Promise<void> {
  const drive = `${file}@@${startBytes}`;
  const serial = fixedGuid(plan.board.name, "esp-serial").slice(0, 8);
  const env = { SOURCE_DATE_EPOCH: "315532800" }; // FAT begins in 1980
  await tools.run(
    "mformat",
    ["-i", drive, "-F", "-T", `${sizeBytes / 512}`, "-h", "64", "-s", "32", "-N", serial, "-v", "ESP", "::"],
    { env },
  );
  await tools.run("mmd", ["-i", drive, "::/EFI", "::/EFI/BOOT", "::/grub"], { env });
  await tools.run("mcopy", ["-i", drive, grub.efi, "::/EFI/BOOT/BOOTX64.EFI"], { env });
  await tools.run("mcopy", ["-i", drive, grubConfiguration, grub.environment, "::/grub/"], { env });
}

/** An empty journaled ext4, byte for byte the same in every build. */
async function makeData(
  board: string,
  { startBytes, sizeBytes }: Partition,
  tools: Tools,
  file: string,
): Promise<void> {
  const uuid = fixedGuid(board, "data-uuid").toLowerCase();
  const extended = [
    `offset=${startBytes}`,
    `hash_seed=${uuid}`,
    "root_owner=0:0",
    "lazy_itable_init=0",
    "lazy_journal_init=0",
    "nodiscard",
  ].join(",");
  await tools.run(
    "mke2fs",
    [
      ...["-q", "-F", "-t", "ext4", "-L", "data", "-U", uuid, "-m", "1", "-J", "size=4"],
      ...["-O", "^metadata_csum_seed,^orphan_file", "-E", extended, file, `${sizeBytes / 1024}k`],
    ],
    { env: { E2FSPROGS_FAKE_TIME: "1" } },
  );
}

async function copyInto(
  source: string,
  { name, startBytes, sizeBytes }: Partition,
  file: string,
): Promise<void> {
  const handle = await open(source);
  const { size } = await handle.stat();
  await handle.close();
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

async function writeAt(file: string, bytes: Buffer, offset: number): Promise<void> {
  const handle = await open(file, "r+");
  try {
    await handle.write(bytes, 0, bytes.length, offset);
  } finally {
    await handle.close();
  }
}
