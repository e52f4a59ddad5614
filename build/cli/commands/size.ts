import { Option, type Command } from "commander";
import { InputError } from "../../core/faults.ts";
import { findOverruns } from "../../image/budget.ts";
import { weighImage } from "../../size.ts";
import { formatSize } from "../format-size.ts";
import { sizeOpenwrt } from "../size-openwrt.ts";
import { baseOf, outDirectory, readInputs, takesInputs, type InputOptions } from "../inputs.ts";

/** `halfbridge size` */
export function addSize(program: Command): void {
  takesInputs(program.command("size"))
    .description("rank what weighs, and say what is left of flash and RAM, before anything is built")
    .addOption(
      new Option(
        "--base <name>",
        "weigh the overlay for that base instead; OpenWrt's boards have no other",
      ).choices(["openwrt"]),
    )
    .option("--json", "as JSON, in bytes")
    .action(async (boardName: string, options: InputOptions & { base?: "openwrt"; json?: true }) => {
      if (options.base === "openwrt" || (await baseOf(boardName, options)) === "openwrt")
        return sizeOpenwrt(boardName, options);
      const { board, ...loaded } = await readInputs(boardName, options);
      const budget = await weighImage(board, loaded, { outDirectory, refresh: false });
      const faults = findOverruns(board, budget);
      if (options.json) process.stdout.write(`${JSON.stringify({ ...budget, faults }, null, 2)}\n`);
      else process.stdout.write(formatSize(budget));
      if (faults.length === 0) return;
      if (options.json) process.exitCode = 1;
      else throw new InputError(faults);
    });
}
