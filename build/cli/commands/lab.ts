import { join } from "node:path";
import { Option, type Command } from "commander";
import { buildImage } from "../../flow.ts";
import { openShell } from "../../../qemu/shell.ts";
import { openLab, requireConsole, takesLabOptions, type LabFlags } from "../lab-inputs.ts";
import { readInputs, takesInputs } from "../inputs.ts";
import { buildOptions, type BuildFlags } from "./build.ts";

interface ShellFlags extends BuildFlags, LabFlags {
  readonly firmware: "bios" | "uefi";
}

/** `halfbridge lab` */
export function addLab(program: Command): void {
  takesLabOptions(takesInputs(program.command("lab")))
    .description("boot the image with its ISP and LAN, and open a shell on a LAN client")
    .addOption(
      new Option("--firmware <kind>", "what starts the machine").choices(["bios", "uefi"]).default("bios"),
    )
    .option("--fast", "use an image that was compressed quickly")
    .action(async (boardName: string, options: ShellFlags) => {
      const { board, ...loaded } = await readInputs(boardName, options);
      requireConsole(loaded.site, options.site);
      const { plan, image, directory } = await buildImage(board, loaded, buildOptions(options));
      await openShell({
        plan,
        imageFile: image,
        firmware: options.firmware,
        ...(await openLab(options)),
        runDirectory: join(directory, "lab", "shell"),
        memoryMiB: board.memoryMiB,
      });
    });
}
