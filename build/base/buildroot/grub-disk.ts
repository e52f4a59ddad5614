import type { Board } from "../../config/board.ts";
import { mergeTrees, textFile } from "../../core/tree.ts";
import { freshSlots } from "../../image/boot-state.ts";
import { grubConfiguration } from "../../image/gpt-grub.ts";
import { grubModules } from "../../image/grub.ts";
import { kernelArguments } from "../../image/kernel-arguments.ts";
import type { Layout } from "../../image/layout.ts";
import { renderTemplates } from "../../payload/render.ts";
import type { DiskRecipe } from "./disk.ts";

/** GRUB as Buildroot builds it, for UEFI and on a PC for BIOS as well. */
export const grubDisk: DiskRecipe = {
  configuration: (board) => [
    "BR2_TARGET_GRUB2=y",
    ...(hasBios(board) ? bios : []),
    `BR2_TARGET_GRUB2_${hasBios(board) ? "X86_64" : "ARM64"}_EFI=y`,
    `BR2_TARGET_GRUB2_BUILTIN_MODULES_EFI="all_video efi_gop gfxterm ${grubModules.join(" ")}"`,
    `BR2_TARGET_GRUB2_BUILTIN_CONFIG_EFI="${start}"`,
  ],

  files: async (board, layout, rootIdentity) =>
    mergeTrees(await renderTemplates("boot/gpt-grub", { arguments: kernelArguments(board, rootIdentity) }), [
      // both firmwares find the rest on the partition that they came from
      textFile("/grub-start.cfg", "set prefix=($root)/grub\n"),
      textFile("/grub.cfg", await grubConfiguration(layout)),
      textFile("/grubenv", printGrubEnvironment()),
    ]),

  facts: (board, layout) => (hasBios(board) ? coreSectors(layout) : {}),

  fat: (board) => {
    const application = hasBios(board) ? "bootx64.efi" : "bootaa64.efi";
    return {
      partition: "esp",
      label: "ESP",
      files: {
        [`EFI/BOOT/${application.toUpperCase()}`]: `efi-part/EFI/BOOT/${application}`,
        "grub/grub.cfg": "grub.cfg",
        "grub/grubenv": "grubenv",
      },
    };
  },

  contents: { bios: "core.img", "boot-a": "boot.squashfs", "root-a": "rootfs.squashfs" },

  raw: (board) => (hasBios(board) ? [{ name: "boot-code", image: "boot-code.img", offsetBytes: 0 }] : []),
};

const hasBios = ({ arch }: Board): boolean => arch === "amd64";

const start = "$(BR2_EXTERNAL_HALFBRIDGE_PATH)/board/halfbridge/grub-start.cfg";

const bios = [
  "BR2_TARGET_GRUB2_I386_PC=y",
  'BR2_TARGET_GRUB2_BOOT_PARTITION=",gpt2"',
  `BR2_TARGET_GRUB2_BUILTIN_MODULES_PC="biosdisk linux16 ${grubModules.join(" ")}"`,
  `BR2_TARGET_GRUB2_BUILTIN_CONFIG_PC="${start}"`,
];

const environmentBytes = 1024;

/** A fresh environment block (GRUB manual: environment block). */
export function printGrubEnvironment(): string {
  const lines = Object.entries(freshSlots).map(([name, value]) => `${name}=${value}\n`);
  return `# GRUB Environment Block\n${lines.join("")}`.padEnd(environmentBytes, "#");
}

/** Where GRUB's core image is, and its second sector, as printf(1) writes 8 bytes, lowest first. */
function coreSectors({ partitions }: Layout) {
  const place = partitions.find(({ name }) => name === "bios");
  const sector = (place?.startBytes ?? 0) / 512;
  return { CORE_SECTOR: octalBytes(sector), AFTER_CORE_SECTOR: octalBytes(sector + 1) };
}

function octalBytes(value: number): string {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return [...bytes].map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("");
}
