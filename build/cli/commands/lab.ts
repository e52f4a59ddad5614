import type { Command } from "commander";
import { openShell } from "../../../qemu/shell.ts";
import {
  chooseFirmwares,
  labFor,
  openLab,
  requireConsole,
  takesLabOptions,
  type LabFlags,
} from "../lab-inputs.ts";
import { buildOnBase, onBase, takesBase } from "../base.ts";
import { readInputs, takesInputs } from "../inputs.ts";
import { buildOptions, type BuildFlags } from "./build.ts";

type ShellFlags = BuildFlags & LabFlags;

/** `halfbridge lab` */
export function addLab(program: Command): void {
  takesLabOptions(takesBase(takesInputs(program.command("lab"))))
    .description("boot the image with its ISP and LAN, and open a shell on a LAN client")
    .option("--fast", "use an image that was compressed quickly")
    .action(async (boardName: string, options: ShellFlags) => {
      const { board: profile, ...loaded } = await readInputs(boardName, options);
      const board = onBase(profile, options);
      requireConsole(loaded.site, options.site);
      const [kind = "bios"] = chooseFirmwares(options.firmware, board);
      const published = await buildOnBase(board, loaded, options, buildOptions(options));
      await openShell(await labFor(published, kind, "shell", await openLab(options)));
    });
}
