import { relative, resolve } from "node:path";
import { Option, type Command } from "commander";
import type { ExportBase } from "../../base/export-base.ts";
import { exportBases } from "../../base/exports.ts";
import { note } from "../../core/progress.ts";
import { exportOverlay, makeForBase, requireExportable } from "../../overlay.ts";
import { outDirectory, readForBase, takesBoards, takesSite, type InputOptions } from "../inputs.ts";

interface ExportFlags extends InputOptions {
  readonly base: string;
  readonly update?: true;
}

/** `halfbridge export` */
export function addExport(program: Command): void {
  takesSite(takesBoards(program.command("export")).argument("<board>", "a board of board-configs/"))
    .argument("<directory>", "where to; replaced if it was exported before, and nothing in it is newer")
    .description("write only the overlay, for a build of your own: files, packages, and configuration")
    .addOption(
      new Option("--base <name>", "whose build it is")
        .choices(Object.keys(exportBases))
        .makeOptionMandatory(),
    )
    .option("--update", "ask Debian's archive for newer packages first")
    .action(async (boardName: string, directory: string, options: ExportFlags) => {
      const to = resolve(directory);
      await requireExportable(to);
      const base = exportBases[options.base] as ExportBase;
      const { board, ...loaded } = await readForBase(base, boardName, options);
      const made = await makeForBase(base, board, loaded, { outDirectory, refresh: options.update === true });
      await exportOverlay(base, made, to);
      process.stdout.write(`${relative(process.cwd(), to) || "."}\n`);
      note("README.md there says how to build with it.");
    });
}
