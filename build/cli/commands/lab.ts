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
import { buildOnBase, onBase, takesBase, type BuildFlags } from "../base.ts";
import { readInputs, takesInputs, type InputOptions } from "../inputs.ts";

type Flags = InputOptions & BuildFlags & LabFlags;

/** `halfbridge lab` */
export function addLab(program: Command): void {
  takesLabOptions(takesBase(takesInputs(program.command("lab"))))
    .description("boot the image with its ISP and LAN, and open a shell on a LAN client")
    .option("--fast", "use an image that was compressed quickly")
    .action(async (boardName: string, options: Flags) => {
      const { board: profile, ...loaded } = await readInputs(boardName, options);
      const board = onBase(profile, options);
      requireConsole(loaded.site, options.site);
      const [kind = "bios"] = chooseFirmwares(options.firmware, board);
      const published = await buildOnBase(board, loaded, options);
      await openShell(await labFor(published, kind, "shell", await openLab(options)));
    });
}
