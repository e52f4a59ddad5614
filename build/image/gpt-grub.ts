import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Board } from "../config/board.ts";
import { copyOf, mergeTrees, type FileEntry } from "../core/tree.ts";
import { renderTemplates } from "../payload/render.ts";
import { makeData } from "./data-partition.ts";
import { copyInto, partitionOf, writeAt, writePartitionTable } from "./disk.ts";
import { makeFat } from "./fat.ts";
import type { ImageFormat } from "./format.ts";
import { grubPackagesFor, makeGrub } from "./grub.ts";
import { kernelArguments } from "./kernel-arguments.ts";
import { layoutDisk, type Layout } from "./layout.ts";
import { writeSquashfs } from "./squashfs.ts";

/**
 * A GPT disk that GRUB starts by UEFI, and on a PC by BIOS. A slot's boot partition is a squashfs, which an
 * update writes as a whole.
 */
export const gptGrub: ImageFormat = {
  loaderPackages: ({ arch }) => grubPackagesFor(arch),
  starterBytes: 1_000_000, // GRUB for UEFI

  layout: (board) =>
    layoutDisk(board, [
      ...(startsByBios(board) ? [{ name: "bios", type: "bios", MiB: 1 } as const] : []),
      { name: "esp", type: "esp", MiB: board.image.firmwareMiB },
    ]),

  async writeBoot({ board, kernel, initramfs, rootIdentity }, tools, file) {
    const tree = mergeTrees(
      [copyOf("/vmlinuz", kernel), copyOf("/initrd.img", initramfs)],
      await renderTemplates("boot/gpt-grub", { arguments: kernelArguments(board, rootIdentity) }),
    );
    await writeSquashfs(tree, file, "none", tools);
  },

  async writeDisk(board, slot, { packages }, tools, file) {
    const layout = gptGrub.layout(board);
    const work = await mkdtemp(join(tmpdir(), "halfbridge-image-"));
    try {
      await writePartitionTable(layout, tools, file);
      const grub = await makeGrub(board.arch, layout, packages, tools, work);
      if (grub.bios !== undefined) {
        await writeAt(file, grub.bios.bootCode, 0);
        await writeAt(file, grub.bios.core, partitionOf(layout, "bios").startBytes);
      }
      const esp = [
        { path: `/EFI/BOOT/${grub.efi.name}`, from: { file: grub.efi.file } },
        { path: "/grub/grub.cfg", from: { content: await grubConfiguration(layout) } },
        { path: "/grub/grubenv", from: { file: grub.environment } },
      ];
      await makeFat(partitionOf(layout, "esp"), "ESP", esp, tools, file);
      await copyInto(slot.boot, partitionOf(layout, "boot-a"), file);
      await copyInto(slot.root, partitionOf(layout, "root-a"), file);
      await makeData(board.name, partitionOf(layout, "data"), tools, file);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  },
};

const startsByBios = ({ arch }: Board): boolean => arch === "amd64";

/** One configuration for BIOS and UEFI, which no update changes. */
export async function grubConfiguration(layout: Layout): Promise<string | Buffer> {
  const numberOf = (name: "esp" | "boot-a" | "boot-b") => partitionOf(layout, name).number;
  const view = { esp: numberOf("esp"), bootA: numberOf("boot-a"), bootB: numberOf("boot-b") };
  const [configuration] = (await renderTemplates("esp", view)) as FileEntry[];
  const from = configuration?.from;
  if (from === undefined || !("content" in from)) throw new Error("there is no template of grub.cfg");
  return from.content;
}
