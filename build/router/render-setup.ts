/**
 * What halfbridge-ctl runs on the router: `render-setup BOARD.json SITE FOLDER` checks a site, plans it for the
 * board that the router is, and writes its set-up into FOLDER, which must not be there yet. Prints a hash of all
 * that is in it: the same plan may be printed otherwise by another release. Exit code 1: the site is at fault; 2:
 * it couldn't be written.
 */
import { existsSync } from "node:fs";
import { readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Board } from "../config/board-schema.ts";
import { refuseTogether } from "../config/check-together.ts";
import { loadSite, type Site } from "../config/site.ts";
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
    requireEngine(site, siteFile);
    refuseTogether(board, site, siteFile);
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

/** Squid is on board where the image was built for it. Its script lies beside this program. */
function requireEngine({ proxy }: Site, file: string): void {
  if (proxy.engine !== "squid" || existsSync(join(import.meta.dirname, "engines", "squid"))) return;
  const fact = "is squid, which isn't on this image";
  const hint = "build an image with a site that says so, and write that";
  throw new InputError([{ file, path: "/proxy/engine", fact, hint }]);
}

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
