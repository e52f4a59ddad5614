import type { Board } from "../../config/board.ts";
import type { Entry } from "../../core/tree.ts";
import { formatOf } from "../../image/formats.ts";
import type { Layout, Partition } from "../../image/layout.ts";
import { bootScriptDisk } from "./boot-script-disk.ts";
import { printGenimage } from "./genimage.ts";
import { grubDisk } from "./grub-disk.ts";

/** How Buildroot comes to a disk of one format: a record a format, as in build/image/formats.ts. */
export interface DiskRecipe {
  /** Lines of its configuration, for what starts the kernel and for the tools that make the disk. */
  configuration(board: Board): readonly string[];
  /** Files of the tree's board folder, which the disk's own files are made of. */
  files(board: Board, layout: Layout, rootIdentity: string): Promise<Entry[]>;
  /** What post-image.sh wants to know, as shell variables. */
  facts(board: Board, layout: Layout): Readonly<Record<string, string>>;
  /** The first partition's FAT. */
  fat(board: Board): Fat;
  /** Which image a partition gets; the others stay empty. */
  contents: Readonly<Partial<Record<Partition["name"], string>>>;
  /** What is on the disk outside partitions. */
  raw(board: Board): readonly Raw[];
}

export interface Fat {
  readonly partition: Partition["name"];
  readonly label: string;
  /** Images by their paths in it. */
  readonly files: Readonly<Record<string, string>>;
}

export interface Raw {
  readonly name: string;
  readonly image: string;
  readonly offsetBytes: number;
}

const recipes: Readonly<Record<Board["image"]["format"], DiskRecipe>> = {
  "gpt-grub": grubDisk,
  "gpt-boot-script": bootScriptDisk,
};

/** What post-image.sh calls the contents of a slot's boot partition. */
export const bootImage = ({ image }: Board): string => recipes[image.format].contents["boot-a"] as string;

/** Stands in the tree for what only a build can know. */
const rootIdentity = "@ROOT_IDENTITY@";

export interface PlannedDisk {
  readonly configuration: readonly string[];
  /** Files of the tree's board folder. */
  readonly files: readonly Entry[];
  readonly facts: Readonly<Record<string, string>>;
  readonly genimage: string;
}

/** The disk that the debian base would make of the same board, as Buildroot and genimage make it. */
export async function planDisk(board: Board, imageName: string): Promise<PlannedDisk> {
  const recipe = recipes[board.image.format];
  const layout = formatOf(board).layout(board);
  return {
    configuration: recipe.configuration(board),
    files: await recipe.files(board, layout, rootIdentity),
    facts: { FORMAT: board.image.format, ...recipe.facts(board, layout) },
    genimage: printGenimage(board, layout, recipe, imageName),
  };
}
