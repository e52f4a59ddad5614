import { relative } from "node:path";
import type { Command } from "commander";
import { note } from "../../core/progress.ts";
import { buildImage } from "../../flow.ts";
import { outDirectory, readInputs, takesInputs, type InputOptions } from "../inputs.ts";

export interface BuildFlags extends InputOptions {
  readonly fast?: true;
  readonly update?: true;
}

/** `halfbridge build` */
export function addBuild(program: Command): void {
  takesInputs(program.command("build"))
    .description("build a board's flash-ready image into out/BOARD/")
    .option("--fast", "compress quickly and make no download files: for trying things out")
    .option("--update", "ask Debian's archive for newer packages first")
    .option("--json", "the manifest, as JSON")
    .action(async (boardName: string, options: BuildFlags & { json?: true }) => {
      const { board, ...loaded } = await readInputs(boardName, options);
      const started = performance.now();
      const { directory, image, manifest, fresh } = await buildImage(board, loaded, buildOptions(options));
      if (options.json) {
        process.stdout.write(`${JSON.stringify(manifest, null, 2)}\n`);
        return;
      }
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      note(fresh ? `Built in ${seconds} s.` : `Nothing has changed (${seconds} s).`);
      process.stdout.write(`${relative(process.cwd(), image)}\n`);
      note(
        `Everything is in ${relative(process.cwd(), directory)}/; FLASHING.md there says how to put it on the hardware.`,
      );
    });
}

/** What the flags mean for a build. */
export function buildOptions({ fast, update }: BuildFlags) {
  return { outDirectory, fast: fast === true, refresh: update === true };
}
