import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { InputError } from "../core/faults.ts";
import { projectRoot } from "../core/paths.ts";
import { readProfile, type MergedProfile } from "./board-family.ts";
import { boardSchema, type Board, type BoardProfile } from "./board-schema.ts";
import { checkBoard } from "./check-board.ts";
import { holdAgainst, nameOf } from "./document.ts";
import { refuseArchitecture } from "./refuse-architecture.ts";
import { refusalOf } from "./refused-models.ts";
import { suggestNear } from "./suggest.ts";

export type { Board, BoardProfile, OpenwrtBoard } from "./board-schema.ts";

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

/**
 * The profile of a board of that name. Throws an InputError: with the numbers where it is a model that can't run
 * Halfbridge, else with the near names.
 */
export async function findBoard(name: string, folder: string = shippedBoards): Promise<string> {
  const names = await listBoards(folder);
  if (names.includes(name)) return join(folder, `${name}.yaml`);
  const refused = refusalOf(name);
  if (refused !== undefined) throw new InputError([{ file: nameOf(folder), path: "", ...refused }]);
  const fact = `no board is called ${JSON.stringify(name)}`;
  throw new InputError([{ file: nameOf(folder), path: "", fact, hint: suggestNear(name, names) }]);
}

/** Reads a board whose image is made here, by its name. Throws an InputError with every fault of its profile. */
export async function readBoardByName(name: string, folder: string = shippedBoards): Promise<Board> {
  return readBoard(await findBoard(name, folder));
}

/** All boards of a folder whose image is made here, sorted by name. Throws an InputError as readAllProfiles does. */
export async function readAllBoards(folder: string = shippedBoards): Promise<Board[]> {
  return (await readAllProfiles(folder)).filter(hasOwnImage);
}

/** All boards of a folder, sorted by name. Throws an InputError with every fault of every profile. */
export async function readAllProfiles(folder: string = shippedBoards): Promise<BoardProfile[]> {
  const names = await listBoards(folder);
  const read = await Promise.allSettled(names.map((name) => readBoardProfile(join(folder, `${name}.yaml`))));
  const reasons = read.flatMap((each) => (each.status === "rejected" ? [each.reason as unknown] : []));
  const other = reasons.find((reason) => !(reason instanceof InputError));
  if (other !== undefined) throw other;
  if (reasons.length > 0) throw new InputError(reasons.flatMap((reason) => (reason as InputError).faults));
  return read.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
}

/** Reads a board profile, which has to be one whose image is made here. Throws an InputError with every fault. */
export async function readBoard(file: string): Promise<Board> {
  const profile = await readBoardProfile(file);
  if (hasOwnImage(profile)) return profile;
  const fact = `is ${profile.base}: OpenWrt makes its images`;
  const hint = `halfbridge build ${profile.name} --imagebuilder DIR`;
  throw new InputError([{ file: nameOf(file), path: "/base", fact, hint }]);
}

/** The schema wants the rest of such a profile. */
export const hasOwnImage = (profile: BoardProfile): profile is Board => profile.base !== "openwrt";

/**
 * Reads a board profile of any base with what its family says filled in; families are looked for beside the
 * profile, then among those that ship. Throws an InputError with every fault, each with the file that says so.
 */
export async function readBoardProfile(file: string): Promise<BoardProfile> {
  const { value, fileOf } = await readMerged(file);
  return holdAgainst<BoardProfile>(value, boardSchema, fileOf, (board) =>
    checkBoard(board, basename(file), fileOf),
  );
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
