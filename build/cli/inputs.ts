import { join } from "node:path";
import type { Command } from "commander";
import { listBoards, readBoardByName, shippedBoards, type Board } from "../config/board.ts";
import { refuseTogether } from "../config/check-together.ts";
import { nameOf } from "../config/document.ts";
import { loadSite, type LoadedSite } from "../config/site.ts";
import { InputError } from "../core/faults.ts";
import { projectRoot } from "../core/paths.ts";

const defaultBoard = "x86-64";
const defaultSite = join(projectRoot, "sites", "example.yaml");

/** Where everything goes that a command makes. */
export const outDirectory = join(projectRoot, "out");

/** What is downloaded, for all boards. */
export const packageCache = { directory: join(outDirectory, ".cache"), refresh: false };

export interface InputOptions {
  readonly site: string;
  readonly boards?: string;
  readonly all?: true;
}

/** `--boards FOLDER`, as every command takes it that knows boards by name. */
export function takesBoards(command: Command): Command {
  return command.option("--boards <folder>", "where the board profiles are", shippedBoards);
}

/** `[BOARD] --site FILE`, as every command takes them that works on an image. */
export function takesInputs(command: Command): Command {
  return takesBoards(command)
    .argument("[board]", "a board of board-configs/", defaultBoard)
    .option("--site <file>", "what the network is to be", defaultSite);
}

/** `--all` in place of a board. */
export function takesAll(command: Command): Command {
  return command.option(
    "--all",
    "every board there is, on all cores; one that fails leaves the others alone",
  );
}

/** The boards that `--all` stands for, and their site; a board beside it would be of no use. */
export async function readAllInputs(
  { site, boards }: InputOptions,
  { args }: Command,
): Promise<{ boards: string[] } & LoadedSite> {
  if (args.length > 0) {
    const fact = `stands for every board, and so for ${args.join(" ")}`;
    throw new InputError([{ file: "--all", path: "", fact, hint: "leave out one of them" }]);
  }
  return { boards: await listBoards(boards), ...(await loadSite(site)) };
}

/** Reads both, so that the faults of both are told in one run. */
export async function readInputs(
  board: string,
  { site, boards }: InputOptions,
): Promise<{ board: Board } & LoadedSite> {
  const [boardRead, siteRead] = await Promise.allSettled([readBoardByName(board, boards), loadSite(site)]);
  const reasons = [boardRead, siteRead].flatMap((read) =>
    read.status === "rejected" ? [read.reason as unknown] : [],
  );
  const other = reasons.find((reason) => !(reason instanceof InputError));
  if (other !== undefined) throw other;
  if (boardRead.status === "fulfilled" && siteRead.status === "fulfilled") {
    refuseTogether(boardRead.value, siteRead.value.site, nameOf(site));
    return { board: boardRead.value, ...siteRead.value };
  }
  throw new InputError(reasons.flatMap((reason) => (reason as InputError).faults));
}
