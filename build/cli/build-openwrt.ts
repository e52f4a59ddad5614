import { join, relative, resolve } from "node:path";
import { buildFromSource, requireCheckout } from "../base/openwrt/build-from-source.ts";
import { buildWithImageBuilder } from "../base/openwrt/build-with-imagebuilder.ts";
import { openwrtExport } from "../base/openwrt/export.ts";
import { lookAtImageBuilder, openImageBuilder } from "../base/openwrt/imagebuilder.ts";
import { publishOpenwrt, type OpenwrtPublished } from "../base/openwrt/publish.ts";
import { readFragment } from "../base/openwrt/source-config.ts";
import type { OpenwrtBoard } from "../config/board.ts";
import { InputError } from "../core/faults.ts";
import { holdFolder } from "../core/hold-folder.ts";
import { note } from "../core/progress.ts";
import { makeForBase } from "../overlay.ts";
import type { Plan } from "../plan/plan.ts";
import { baseOf, outDirectory, readForBase, type InputOptions } from "./inputs.ts";

export interface OpenwrtFlags {
  readonly imagebuilder?: string;
  readonly openwrtSource?: string;
  readonly configFragment?: string;
}

/**
 * The flags, with what the environment says where a board's images are made by OpenWrt alone and no flag says by what:
 * HALFBRIDGE_IMAGEBUILDER, or else HALFBRIDGE_OPENWRT_SOURCE.
 */
export async function withEnvironment<F extends InputOptions & OpenwrtFlags & { readonly all?: true }>(
  boardName: string,
  flags: F,
): Promise<F> {
  const { HALFBRIDGE_IMAGEBUILDER: imagebuilder = "", HALFBRIDGE_OPENWRT_SOURCE: openwrtSource = "" } =
    process.env;
  if (isForOpenwrt(flags) || flags.all || (imagebuilder === "" && openwrtSource === "")) return flags;
  if ((await baseOf(boardName, flags)) !== "openwrt") return flags;
  return { ...flags, ...(imagebuilder === "" ? { openwrtSource } : { imagebuilder }) };
}

export const isForOpenwrt = ({ imagebuilder, openwrtSource }: OpenwrtFlags): boolean =>
  imagebuilder !== undefined || openwrtSource !== undefined;

/** What `--imagebuilder` and `--openwrt-source` make: OpenWrt's own images with the payload in them. */
export async function buildOpenwrt(
  boardName: string,
  options: InputOptions & OpenwrtFlags & { readonly update?: true },
): Promise<OpenwrtPublished & { plan: Plan<OpenwrtBoard> }> {
  const { imagebuilder, openwrtSource, configFragment, update } = options;
  if (imagebuilder !== undefined && openwrtSource !== undefined) {
    const fact = "excludes --openwrt-source";
    throw new InputError([{ file: "--imagebuilder", path: "", fact, hint: "leave out one of them" }]);
  }
  const fragment = configFragment === undefined ? undefined : await readFragment(configFragment);
  const { board, ...loaded } = await readForBase(openwrtExport, boardName, options);
  // before the payload is made, which takes long the first time
  if (imagebuilder !== undefined) await lookAtImageBuilder(resolve(imagebuilder));
  else requireCheckout(resolve(openwrtSource as string));
  const made = await makeForBase(openwrtExport, board, loaded, { outDirectory, refresh: update === true });
  const { cache, tools } = made;
  const builder =
    imagebuilder === undefined ? undefined : await openImageBuilder(resolve(imagebuilder), cache, tools);
  // beside an image of the board's own base
  const isOwn = (await baseOf(boardName, options)) === "openwrt";
  const output = join(outDirectory, isOwn ? board.name : `${board.name}-openwrt`);
  const published = await holdFolder(output, cache, async () =>
    publishOpenwrt(
      made,
      builder === undefined
        ? await buildFromSource(resolve(openwrtSource as string), made, fragment)
        : await buildWithImageBuilder(builder, made),
      output,
    ),
  );
  return { ...published, plan: made.plan };
}

/** Says where they are. */
export function tellOpenwrt({ directory, manifest }: OpenwrtPublished, json: true | undefined): void {
  if (json) {
    process.stdout.write(`${JSON.stringify(manifest, null, 2)}\n`);
    return;
  }
  for (const { file } of manifest.images)
    process.stdout.write(`${relative(process.cwd(), join(directory, file))}\n`);
  note(
    `Everything is in ${relative(process.cwd(), directory)}/; how the model takes an image, OpenWrt's page about it says.`,
  );
}
