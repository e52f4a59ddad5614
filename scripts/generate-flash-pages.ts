/** Writes docs/flash/ from the boards' profiles, anew: `npm run docs:flash`. */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readAllBoards } from "../build/config/board.ts";
import { projectRoot } from "../build/core/paths.ts";
import { renderFlashPages } from "../build/flash/pages.ts";

const folder = join(projectRoot, "docs/flash");
const pages = await renderFlashPages(await readAllBoards());
await rm(folder, { recursive: true, force: true });
await mkdir(folder);
for (const { name, text } of pages) await writeFile(join(folder, name), text);
