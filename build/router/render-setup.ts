/**
 * What halfbridge-ctl runs on the router: `render-setup BOARD.json SITE FOLDER` checks a site, plans it for the
 * board that the router is, and writes its set-up into FOLDER, which must not be there yet. Prints a hash of all
 * that is in it: the same plan may be printed otherwise by another release. Exit code 1: the site is at fault; 2:
 * it couldn't be written.
 */
import { readFile, rename, rm } from "node:fs/promises";
import type { Board } from "../config/board-schema.ts";
import { loadSite } from "../config/site.ts";
import { InputError } from "../core/faults.ts";
import { identifyTree } from "../core/identify-tree.ts";
import { writeTree } from "../core/tree.ts";
import { printSetup } from "../payload/setup.ts";
import { makePlan } from "../plan/plan.ts";

async function main([boardFile = "", siteFile = "", folder = ""]: readonly string[]): Promise<number> {
  const unfinished = `${folder}.new`;
  try {
    const board = JSON.parse(await readFile(boardFile, "utf8")) as Board;
    const { site, files } = await loadSite(siteFile);
    const setup = printSetup(makePlan(board, site, files), files);
    await rm(unfinished, { recursive: true, force: true });
    await writeTree(setup, unfinished);
    await rename(unfinished, folder);
    process.stdout.write(`${identifyTree(setup)}\n`);
    return 0;
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    const isInput = error instanceof InputError;
    process.stderr.write(`${isInput ? error.message : String(error)}\n`);
    return isInput ? 1 : 2;
  }
}

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
