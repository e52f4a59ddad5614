import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { InputError } from "../core/faults.ts";
import { projectRoot } from "../core/paths.ts";
import { readProfile, type MergedProfile } from "./board-family.ts";
import { boardSchema, type Board } from "./board-schema.ts";
import { checkBoard } from "./check-board.ts";
import { holdAgainst, nameOf } from "./document.ts";
import { refuseArchitecture } from "./refuse-architecture.ts";
import { suggestNear } from "./suggest.ts";

export type { Board } from "./board-schema.ts";

/** Where the boards are that ship, and their families. */
export const shippedBoards = join(projectRoot, "board-configs");

/** The names of all boards in a folder, sorted. */
export async function listBoards(folder: string = shippedBoards): Promise<string[]> {
  const files = await readdir(folder).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    const fact = code === "ENOENT" ? "no such folder" : `can't be read (${code})`;
    throw new InputError([{ file: nameOf(folder), path: "", fact, hint: "name a folder of board profiles" }]);
  });
  return files
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => basename(name, ".yaml"))
    .sort();
}

/** The names of all families that boards in a folder may have, sorted: its own, and those that ship. */
export async function listFamilies(folder: string = shippedBoards): Promise<string[]> {
  const names = await Promise.all(
    [folder, shippedBoards].map((each) => readdir(join(each, "families")).catch(() => [])),
  );
  const files = names.flat().filter((name) => name.endsWith(".yaml"));
  return [...new Set(files.map((name) => basename(name, ".yaml")))].sort();
}

/** Reads a board by its name. Throws an InputError with every fault of its profile. */
export async function readBoardByName(name: string, folder: string = shippedBoards): Promise<Board> {
  const names = await listBoards(folder);
  if (!names.includes(name)) {
    const fact = `no board is called ${JSON.stringify(name)}`;
    throw new InputError([{ file: nameOf(folder), path: "", fact, hint: suggestNear(name, names) }]);
  }
  return readBoard(join(folder, `${name}.yaml`));
}

/** All boards of a folder, sorted by name. Throws an InputError with every fault of every profile. */
export async function readAllBoards(folder: string = shippedBoards): Promise<Board[]> {
  const names = await listBoards(folder);
  const read = await Promise.allSettled(names.map((name) => readBoardByName(name, folder)));
  const reasons = read.flatMap((each) => (each.status === "rejected" ? [each.reason as unknown] : []));
  const other = reasons.find((reason) => !(reason instanceof InputError));
  if (other !== undefined) throw other;
  if (reasons.length > 0) throw new InputError(reasons.flatMap((reason) => (reason as InputError).faults));
  return read.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
}

/**
 * Reads a board profile with what its family says filled in; families are looked for beside the profile, then
 * among those that ship. Throws an InputError with every fault, each with the file that says so.
 */
export async function readBoard(file: string): Promise<Board> {
  const { value, fileOf } = await readMerged(file);
  return holdAgainst<Board>(value, boardSchema, fileOf, (board) => checkBoard(board, basename(file), fileOf));
}

/** As readBoard, for a profile that says all that a profile has to, but may say it wrong. */
export async function readShapeOfBoard(
  file: string,
): Promise<{ board: Board; fileOf: MergedProfile["fileOf"] }> {
  const { value, fileOf } = await readMerged(file);
  return { board: await holdAgainst<Board>(value, boardSchema, fileOf, () => []), fileOf };
}

async function readMerged(file: string): Promise<MergedProfile> {
  const families = [join(dirname(file), "families"), join(shippedBoards, "families")] as const;
  const profile = await readProfile(file, families);
  refuseArchitecture(profile.value, profile.fileOf);
  return profile;
}
