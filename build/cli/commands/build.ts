import { relative } from "node:path";
import type { Command } from "commander";
import { note } from "../../core/progress.ts";
import { formatOutcomes, lanesFor, workOnAll, type Outcome, type Phase } from "../all-boards.ts";
import {
  buildOpenwrt,
  isForOpenwrt,
  tellOpenwrt,
  withEnvironment,
  type OpenwrtFlags,
} from "../build-openwrt.ts";
import { buildOnBase, onBase, requireFitting, takesBase, type BuildFlags } from "../base.ts";
import { readAllInputs, readInputs, takesAll, takesInputs, type InputOptions } from "../inputs.ts";

interface Flags extends InputOptions, BuildFlags, OpenwrtFlags {
  readonly json?: true;
}

/** `halfbridge build` */
export function addBuild(program: Command): void {
  takesBase(takesAll(takesInputs(program.command("build"))))
    .description("build a board's flash-ready image into out/BOARD/")
    .option("--fast", "compress quickly and make no download files: for trying things out")
    .option("--update", "ask Debian's archive for newer packages first")
    .option("--imagebuilder <path>", "have an OpenWrt ImageBuilder (folder or archive) make the images")
    .option("--openwrt-source <folder>", "have a checkout of OpenWrt make the images")
    .option("--json", "the manifest, or what became of all boards, as JSON")
    .action(async (boardName: string, flags: Flags, command: Command) => {
      const options = await withEnvironment(boardName, flags);
      if (isForOpenwrt(options)) {
        requireFitting(options, command, "openwrt");
        return tellOpenwrt(await buildOpenwrt(boardName, options), options.json);
      }
      if (options.all) {
        const { boards } = await readAllInputs(options, command);
        return tellOutcomes(await workOnAll(boards, [buildPhase(options)]), options);
      }
      const { board, ...loaded } = await readInputs(boardName, options);
      requireFitting(options, command, onBase(board, options).base);
      const started = performance.now();
      const { directory, image, manifest, fresh } = await buildOnBase(
        onBase(board, options),
        loaded,
        options,
      );
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

/** Builds each board; compression uses all cores by itself, what comes before it and after doesn't. */
export function buildPhase(options: InputOptions & BuildFlags): Phase {
  return {
    lanes: lanesFor({ cores: 1, memoryMiB: 1536 }),
    async work(boardName) {
      const { board, ...loaded } = await readInputs(boardName, options);
      const { manifest, fresh } = await buildOnBase(onBase(board, options), loaded, options);
      const { bytes } = manifest.compressed ?? manifest.image;
      return { verdict: fresh ? "built" : "unchanged", sizeBytes: bytes };
    },
  };
}

/** Ends a command that worked on all boards. */
export function tellOutcomes(outcomes: readonly Outcome[], { json }: { json?: true }): void {
  process.stdout.write(json ? `${JSON.stringify(outcomes, null, 2)}\n` : formatOutcomes(outcomes));
  if (outcomes.some(({ verdict }) => verdict === "failed")) process.exitCode = 1;
}
