import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Board } from "../config/board.ts";
import type { FileEntry } from "../core/tree.ts";
import type { Tools } from "../debian/tools.ts";
import { renderTemplates } from "../payload/render.ts";
import { printBootState, freshSlots, stateBytes } from "./boot-state.ts";
import { makeData } from "./data-partition.ts";
import { copyInto, partitionOf, writeAt, writePartitionTable } from "./disk.ts";
import { makeFat, weighFiles, writeFat } from "./fat.ts";
import type { ImageFormat } from "./format.ts";
import { kernelArguments } from "./kernel-arguments.ts";
import { layoutDisk, type Layout } from "./layout.ts";

const MiB = 1024 * 1024;

/**
 * A GPT disk that U-Boot starts by the script `boot.scr` on its first partition, as every U-Boot with distro boot
 * does (U-Boot: doc/develop/distro.rst). Which slot it is, a sector of its own says, with a checksum: a sector is
 * written whole or not at all. A slot's boot partition is a FAT with kernel, initramfs, device tree and
 * a script that says how they are started.
 */
export const gptBootScript: ImageFormat = {
  loaderPackages: () => [],
  starterBytes: 4096, // boot.scr

  layout: (board) =>
    layoutDisk(board, [
      // where U-Boot looks first
      { name: "firmware", type: "basicData", MiB: board.image.firmwareMiB, attributes: "LegacyBIOSBootable" },
      { name: "state", type: "linux", MiB: 1 },
    ]),

  async writeBoot({ board, kernel, initramfs, deviceTree, rootIdentity }, tools, file) {
    const work = await mkdtemp(join(tmpdir(), "halfbridge-boot-"));
    try {
      const { arch } = board;
      const view = slotView(board, rootIdentity);
      const script = await renderScript("boot/gpt-boot-script", view, arch, tools, work);
      const ramdisk = join(work, "ramdisk");
      await wrap("ramdisk", arch, initramfs, ramdisk, tools);
      const files = [
        { path: `/${view.kernelFile}`, from: { file: kernel } },
        { path: "/initrd.img", from: { file: ramdisk } },
        { path: "/slot.scr", from: { file: script } },
        ...(deviceTree === undefined ? [] : [{ path: "/board.dtb", from: { file: deviceTree } }]),
      ];
      // FAT32 can't be smaller than 34 MiB; its tables take less than a hundredth
      const sizeMiB = Math.max(34, Math.ceil((1.01 * (await weighFiles(files))) / MiB) + 1);
      await writeFat(sizeMiB * MiB, "BOOT", files, tools, file);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  },

  async writeDisk(board, slot, { loader }, tools, file) {
    const layout = gptBootScript.layout(board);
    const work = await mkdtemp(join(tmpdir(), "halfbridge-image-"));
    try {
      await writePartitionTable(layout, tools, file);
      if (board.loader?.kind === "raspberry-pi") await addHybridMbr(tools, file);
      for (const { file: from, offsetBytes } of loader?.raw ?? [])
        await copyInto(from, loaderPlace(layout, offsetBytes), file);
      const script = await renderScript("firmware", firmwareView(layout), board.arch, tools, work);
      const files = [
        { path: "/boot.scr", from: { file: script } },
        ...(loader?.files ?? []).map(({ name, file: from }) => ({ path: `/${name}`, from: { file: from } })),
      ];
      await makeFat(partitionOf(layout, "firmware"), "FIRMWARE", files, tools, file);
      await writeAt(file, printBootState(freshSlots), partitionOf(layout, "state").startBytes);
      await copyInto(slot.boot, partitionOf(layout, "boot-a"), file);
      await copyInto(slot.root, partitionOf(layout, "root-a"), file);
      await makeData(board.name, partitionOf(layout, "data"), tools, file);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  },
};

/**
 * Has the first partition in the MBR, too, as a FAT32 one: older boot ROMs of the Raspberry Pi know no GPT. sgdisk
 * gives it the type that goes with the GPT's (07), which they don't read.
 */
async function addHybridMbr(tools: Tools, file: string): Promise<void> {
  await tools.run("sgdisk", ["--hybrid", "1:EE", file]);
  const firstEntryType = 0x1be + 4;
  await writeAt(file, Buffer.of(0x0c), firstEntryType);
}

/** From where a chip looks for its loader up to the first partition. */
function loaderPlace(layout: Layout, startBytes: number) {
  const first = partitionOf(layout, "firmware");
  return { ...first, name: "loader", startBytes, sizeBytes: first.startBytes - startBytes };
}

/** What a slot's script wants to know. */
export function slotView(board: Board, rootIdentity: string) {
  const { arch, loader, deviceTree } = board;
  const kernelFile = arch === "arm64" ? "Image.gz" : "zImage";
  return {
    ...{ kernelFile, isCompressed: arch === "arm64", arguments: kernelArguments(board, rootIdentity) },
    ...{ hasTree: deviceTree !== undefined, isRaspberry: loader?.kind === "raspberry-pi" },
  };
}

/** What boot.scr wants to know. U-Boot reads numbers as hexadecimal. */
export function firmwareView(layout: Layout) {
  const hex = (number: number) => number.toString(16);
  return {
    stateSector: hex(partitionOf(layout, "state").startBytes / 512),
    stateBytes: hex(stateBytes),
    bootA: hex(partitionOf(layout, "boot-a").number),
    bootB: hex(partitionOf(layout, "boot-b").number),
  };
}

/** Renders the one script of a folder of `templates/`, in U-Boot's wrapping. */
async function renderScript(
  folder: string,
  view: object,
  architecture: Board["arch"],
  tools: Tools,
  work: string,
): Promise<string> {
  const [script] = (await renderTemplates(folder, view)) as FileEntry[];
  if (script === undefined || !("content" in script.from))
    throw new Error(`templates/${folder} has no script`);
  const [text, wrapped] = [join(work, "script"), join(work, "script.scr")];
  await writeFile(text, script.from.content);
  await wrap("script", architecture, text, wrapped, tools);
  return wrapped;
}

/** U-Boot's legacy image header, which every U-Boot reads (U-Boot: include/image.h). */
async function wrap(
  type: "script" | "ramdisk",
  architecture: Board["arch"],
  from: string,
  to: string,
  tools: Tools,
): Promise<void> {
  const arch = architecture === "arm64" ? "arm64" : "arm";
  await tools.run(
    "mkimage",
    ["-q", "-A", arch, "-O", "linux", "-T", type, "-C", "none", "-n", type, "-d", from, to],
    { env: { SOURCE_DATE_EPOCH: "0" } },
  );
}
