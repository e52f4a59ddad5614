import { existsSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { InputError } from "../core/faults.ts";
import type { Manifest } from "../image/manifest.ts";
import { readBlockMap, type BlockMap } from "./block-map.ts";

/** A board's image as `halfbridge build` published it. */
export interface PublishedImage {
  readonly board: string;
  readonly file: string;
  /** The file as it is shown to people. */
  readonly shown: string;
  readonly map: BlockMap;
  /** Says what to do with the medium. */
  readonly instructions: string;
}

/** Finds what is in `out/BOARD/`. Throws an InputError if that isn't whole: it says to build. */
export async function findPublishedImage(board: string, outDirectory: string): Promise<PublishedImage> {
  const directory = join(outDirectory, board);
  const shownAs = (file: string) => relative(process.cwd(), file);
  const fault = (file: string, fact: string) => {
    const hint = `build it first: npx halfbridge build ${board}`;
    return new InputError([{ file: shownAs(file), path: "", fact, hint }]);
  };
  const manifest = join(directory, "manifest.json");
  if (!existsSync(manifest)) throw fault(directory, "holds no image");
  const { image } = JSON.parse(await readFile(manifest, "utf8")) as Manifest;
  const file = join(directory, image.file);
  if (!existsSync(file)) throw fault(file, "is missing");
  const bmap = `${file}.bmap`;
  if (!existsSync(bmap)) throw fault(bmap, "is missing: a build with --fast makes no block map");
  const map = await readBlockMap(bmap, shownAs(bmap));
  const { size } = await stat(file);
  if (size !== map.imageBytes)
    throw fault(file, `has ${size} bytes, but its block map is of one with ${map.imageBytes}`);
  return { board, file, shown: shownAs(file), map, instructions: shownAs(join(directory, "FLASHING.md")) };
}
