import type { Board } from "../../config/board.ts";
import { dataOptions } from "../../image/data-partition.ts";
import { fixedGuid, type Layout, type Partition } from "../../image/layout.ts";
import type { DiskRecipe, Fat, Raw } from "./disk.ts";

/** A disk as genimage's configuration: the same partitions, GUIDs and file systems as on the debian base. */
export function printGenimage(
  board: Board,
  layout: Layout,
  recipe: Pick<DiskRecipe, "fat" | "contents" | "raw">,
  imageName: string,
): string {
  const fat = recipe.fat(board);
  const contents = { ...recipe.contents, [fat.partition]: "first.vfat", data: "data.ext4" };
  return [
    section("image first.vfat", [printFat(board, fat), `size = ${sizeOf(fat.partition, layout)}`]),
    section("image data.ext4", [
      section("ext4", [
        "use-mke2fs = true",
        'label = "data"',
        `extraargs = "${dataOptions(board.name).join(" ")}"`,
      ]),
      "empty = true",
      `size = ${sizeOf("data", layout)}`,
    ]),
    section(`image ${imageName}`, [
      section("hdimage", ['partition-table-type = "gpt"', `disk-uuid = "${layout.diskGuid}"`]),
      ...recipe.raw(board).map(printRaw),
      ...layout.partitions.map((partition) => printPartition(partition, contents[partition.name])),
      `size = ${layout.sizeBytes}`,
    ]),
  ].join("\n");
}

function printFat({ name }: Board, { label, files }: Fat): string {
  const serial = fixedGuid(name, "first-serial").slice(0, 8);
  return section("vfat", [
    // before the serial number, which it would fix, too
    `extraargs = "--invariant -F 32 -i ${serial} -n ${label}"`,
    ...Object.entries(files).map(([path, image]) => section(`file ${path}`, [`image = "${image}"`])),
  ]);
}

const printRaw = ({ name, image, offsetBytes }: Raw): string =>
  section(`partition ${name}`, [
    "in-partition-table = false",
    `image = "${image}"`,
    `offset = ${offsetBytes}`,
  ]);

function printPartition(
  { name, type, guid, startBytes, sizeBytes, attributes }: Partition,
  image: string | undefined,
): string {
  return section(`partition ${name}`, [
    `partition-type-uuid = "${type}"`,
    `partition-uuid = "${guid}"`,
    `offset = ${startBytes}`,
    `size = ${sizeBytes}`,
    ...(attributes === "LegacyBIOSBootable" ? ["bootable = true"] : []),
    ...(image === undefined ? [] : [`image = "${image}"`]),
  ]);
}

function sizeOf(name: Partition["name"], { partitions }: Layout): number {
  return partitions.find((partition) => partition.name === name)?.sizeBytes ?? 0;
}

function section(head: string, lines: readonly string[]): string {
  const body = lines.flatMap((line) => line.trimEnd().split("\n")).map((line) => `\t${line}\n`);
  return `${head} {\n${body.join("")}}\n`;
}
