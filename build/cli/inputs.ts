import { join } from "node:path";
import type { Command } from "commander";
import type { ExportBase } from "../base/export-base.ts";
import {
  findBoard,
  readAllBoards,
  readBoard,
  readBoardProfile,
  shippedBoards,
  type Board,
  type BoardProfile,
} from "../config/board.ts";
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
  return takesSite(takesBoards(command).argument("[board]", "a board of board-configs/", defaultBoard));
}

/** `--site FILE` */
export function takesSite(command: Command): Command {
  return command.option("--site <file>", "what the network is to be", defaultSite);
}

/** `--all` in place of a board. */
export function takesAll(command: Command): Command {
  return command.option(
    "--all",
    "every board whose image is made here, on all cores; one that fails leaves the others alone",
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
  return { boards: (await readAllBoards(boards)).map(({ name }) => name), ...(await loadSite(site)) };
}

/** Reads a board whose image is made here, and a site that goes with it. */
export async function readInputs(
  board: string,
  options: InputOptions,
): Promise<{ board: Board } & LoadedSite> {
  const inputs = await readBoth(board, readBoard, options);
  refuseTogether(inputs.board, inputs.site, nameOf(options.site));
  return inputs;
}

/** Likewise, whoever makes the board's images. */
export async function readAnyInputs(
  board: string,
  options: InputOptions,
): Promise<{ board: BoardProfile } & LoadedSite> {
  const inputs = await readBoth(board, readBoardProfile, options);
  refuseTogether(inputs.board, inputs.site, nameOf(options.site));
  return inputs;
}

/** Reads a board as a base sees it, and a site that goes with both. */
export async function readForBase<B extends BoardProfile>(
  base: ExportBase<B>,
  name: string,
  options: InputOptions,
): Promise<{ board: B } & LoadedSite> {
  const { board: profile, ...loaded } = await readBoth(name, readBoardProfile, options);
  const board = base.boardFor(profile, nameOf(await findBoard(name, options.boards)));
  const site = nameOf(options.site);
  const faults = base.check(board, loaded.site, site);
  if (faults.length > 0) throw new InputError(faults);
  refuseTogether(board, loaded.site, site);
  return { board, ...loaded };
}

/** A board's own base; undefined of one that can't be read, which is told together with the site's faults. */
export async function baseOf(
  name: string,
  { boards }: InputOptions,
): Promise<BoardProfile["base"] | undefined> {
  return findBoard(name, boards)
    .then(readBoardProfile)
    .then(
      ({ base }) => base,
      () => undefined,
    );
}

/** Reads both, so that the faults of both are told in one run. */
async function readBoth<B>(
  name: string,
  readBoardFile: (file: string) => Promise<B>,
  { site, boards }: InputOptions,
): Promise<{ board: B } & LoadedSite> {
  const [boardRead, siteRead] = await Promise.allSettled([
    findBoard(name, boards).then(readBoardFile),
    loadSite(site),
  ]);
  const reasons = [boardRead, siteRead].flatMap((read) =>
    read.status === "rejected" ? [read.reason as unknown] : [],
  );
  const other = reasons.find((reason) => !(reason instanceof InputError));
  if (other !== undefined) throw other;
  if (boardRead.status === "fulfilled" && siteRead.status === "fulfilled")
    return { board: boardRead.value, ...siteRead.value };
  throw new InputError(reasons.flatMap((reason) => (reason as InputError).faults));
}
