import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { InputError } from "../core/faults.ts";
import { projectRoot } from "../core/paths.ts";
import { readProfile } from "./board-family.ts";
import { boardSchema, type Board } from "./board-schema.ts";
import { checkBoard } from "./check-board.ts";
import { holdAgainst } from "./document.ts";
import { refuseArchitecture } from "./refuse-architecture.ts";
import { suggestNear } from "./suggest.ts";

export type { Board } from "./board-schema.ts";

const folder = join(projectRoot, "board-configs");

/** The names of all boards, sorted. */
export async function listBoards(): Promise<string[]> {
  return (await readdir(folder))
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => basename(name, ".yaml"))
    .sort();
}

/** Reads a board by its name. Throws an InputError with every fault of its profile. */
export async function readBoardByName(name: string): Promise<Board> {
  const names = await listBoards();
  if (!names.includes(name)) {
    const fact = `no board is called ${JSON.stringify(name)}`;
    throw new InputError([{ file: "board-configs", path: "", fact, hint: suggestNear(name, names) }]);
  }
  return readBoard(join(folder, `${name}.yaml`));
}

/**
 * Reads a board profile with what its family says filled in. Throws an InputError with every fault, each with
 * the file that says so.
 */
export async function readBoard(file: string): Promise<Board> {
  const { value, fileOf } = await readProfile(file, join(folder, "families"));
  refuseArchitecture(value, fileOf);
  return holdAgainst<Board>(value, boardSchema, fileOf, (board) => checkBoard(board, basename(file), fileOf));
}
