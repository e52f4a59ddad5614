import { Option, type Command } from "commander";
import type { Board } from "../config/board.ts";
import type { LoadedSite } from "../config/site.ts";
import { InputError } from "../core/faults.ts";
import { buildWithBuildroot } from "../buildroot-flow.ts";
import { buildImage, type BuildOptions } from "../flow.ts";
import type { Published } from "../image/publish-image.ts";
import { outDirectory } from "./inputs.ts";

/** What every command knows that builds an image. */
export interface BuildFlags {
  readonly fast?: true;
  readonly update?: true;
  readonly base?: Board["base"];
  readonly buildroot?: string;
  readonly configFragment?: string;
}

/** `--base NAME` and what the bases want to know, as every command takes them that builds an image. */
export function takesBase(command: Command): Command {
  const base = new Option("--base <name>", "where the system comes from, if not from what the board says");
  return command
    .addOption(base.choices(["debian", "buildroot"]))
    .addOption(
      new Option("--buildroot <dir>", "base buildroot: a Buildroot source tree; it is only read").env(
        "HALFBRIDGE_BUILDROOT",
      ),
    )
    .option(
      "--config-fragment <file>",
      "base buildroot, --openwrt-source: lines of configuration that go before Halfbridge's",
    );
}

/** The board as the base that was asked for sees it. */
export const onBase = (board: Board, { base = board.base }: BuildFlags): Board => ({ ...board, base });

/** Builds an image for a board on its base. */
export function buildOnBase(board: Board, loaded: LoadedSite, flags: BuildFlags): Promise<Published> {
  const options: BuildOptions = {
    outDirectory,
    fast: flags.fast === true,
    refresh: flags.update === true,
  };
  if (board.base === "debian") return buildImage(board, loaded, options);
  const { buildroot = "" } = flags;
  if (buildroot === "") {
    const hint = "give its folder, or set HALFBRIDGE_BUILDROOT";
    throw new InputError([
      { file: "--buildroot", path: "", fact: "base buildroot needs a source tree", hint },
    ]);
  }
  return buildWithBuildroot(board, loaded, {
    ...options,
    buildroot,
    configFragment: flags.configFragment,
  });
}
