import type { Board } from "../../config/board.ts";
import { fixedGuid, type Layout, type Partition } from "../../image/layout.ts";

/** Files for partitions, by name; the others stay empty. */
const imageOf: Readonly<Partial<Record<Partition["name"], string>>> = {
  bios: "core.img",
  esp: "esp.vfat",
  "boot-a": "boot.squashfs",
  "root-a": "rootfs.squashfs",
  data: "data.ext4",
};

/** The disk as genimage's configuration: the same partitions, GUIDs and file systems as on the debian base. */
export function printGenimage(board: Board, layout: Layout, imageName: string): string {
  return [
    section("image esp.vfat", [
      section("vfat", [
        `extraargs = "-F 32 -i ${fixedGuid(board.name, "esp-serial").slice(0, 8)} -n ESP"`,
        section("file EFI/BOOT/BOOTX64.EFI", ['image = "efi-part/EFI/BOOT/bootx64.efi"']),
        section("file grub/grub.cfg", ['image = "grub.cfg"']),
        section("file grub/grubenv", ['image = "grubenv"']),
      ]),
      `size = ${sizeOf("esp", layout)}`,
    ]),
    section("image data.ext4", [
      section("ext4", ["use-mke2fs = true", 'label = "data"', `extraargs = "${dataOptions(board.name)}"`]),
      "empty = true",
      `size = ${sizeOf("data", layout)}`,
    ]),
    section(`image ${imageName}`, [
      section("hdimage", ['partition-table-type = "gpt"', `disk-uuid = "${layout.diskGuid}"`]),
      section("partition boot-code", ["in-partition-table = false", 'image = "boot-code.img"', "offset = 0"]),
      ...layout.partitions.map(printPartition),
      `size = ${layout.sizeBytes}`,
    ]),
  ].join("\n");
}

function printPartition({ name, type, guid, startBytes, sizeBytes }: Partition): string {
  const image = imageOf[name];
  return section(`partition ${name}`, [
    `partition-type-uuid = "${type}"`,
    `partition-uuid = "${guid}"`,
    `offset = ${startBytes}`,
    `size = ${sizeBytes}`,
    ...(image === undefined ? [] : [`image = "${image}"`]),
  ]);
}

/** As the debian base's data partition: whatever makes two builds differ is fixed. */
function dataOptions(board: string): string {
  const uuid = fixedGuid(board, "data-uuid").toLowerCase();
  const extended = [
    `hash_seed=${uuid}`,
    "root_owner=0:0",
    "lazy_itable_init=0",
    "lazy_journal_init=0",
    "nodiscard",
  ].join(",");
  return `-U ${uuid} -m 1 -J size=4 -O ^metadata_csum_seed,^orphan_file -E ${extended}`;
}

function sizeOf(name: Partition["name"], { partitions }: Layout): number {
  return partitions.find((partition) => partition.name === name)?.sizeBytes ?? 0;
}

function section(head: string, lines: readonly string[]): string {
  const body = lines.flatMap((line) => line.trimEnd().split("\n")).map((line) => `\t${line}\n`);
  return `${head} {\n${body.join("")}}\n`;
}
