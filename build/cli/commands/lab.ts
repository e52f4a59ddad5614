import { join } from "node:path";
import type { Command } from "commander";
import { openShell } from "../../../qemu/shell.ts";
import {
  chooseFirmwares,
  firmwareOption,
  openFirmware,
  openLab,
  requireConsole,
  takesLabOptions,
  type FirmwareKind,
  type LabFlags,
} from "../lab-inputs.ts";
import { buildOnBase, onBase, takesBase } from "../base.ts";
import { readInputs, takesInputs } from "../inputs.ts";
import { buildOptions, type BuildFlags } from "./build.ts";

interface ShellFlags extends BuildFlags, LabFlags {
  readonly firmware: FirmwareKind | "all";
}

/** `halfbridge lab` */
export function addLab(program: Command): void {
  takesLabOptions(takesBase(takesInputs(program.command("lab"))))
    .description("boot the image with its ISP and LAN, and open a shell on a LAN client")
    .addOption(firmwareOption("all"))
    .option("--fast", "use an image that was compressed quickly")
    .action(async (boardName: string, options: ShellFlags) => {
      const { board: profile, ...loaded } = await readInputs(boardName, options);
      const board = onBase(profile, options);
      requireConsole(loaded.site, options.site);
      const [kind = "bios"] = chooseFirmwares(options.firmware, board);
      const { plan, image, directory } = await buildOnBase(board, loaded, options, buildOptions(options));
      await openShell({
        plan,
        imageFile: image,
        firmware: await openFirmware(kind, board),
        ...(await openLab(options)),
        runDirectory: join(directory, "lab", "shell"),
        memoryMiB: board.memoryMiB,
      });
    });
}
