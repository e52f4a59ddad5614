import { join, relative, resolve } from "node:path";
import { buildFromSource } from "../base/openwrt/build-from-source.ts";
import { buildWithImageBuilder } from "../base/openwrt/build-with-imagebuilder.ts";
import { openwrtExport } from "../base/openwrt/export.ts";
import { openImageBuilder } from "../base/openwrt/imagebuilder.ts";
import { publishOpenwrt, type OpenwrtPublished } from "../base/openwrt/publish.ts";
import { readFragment } from "../base/openwrt/source-config.ts";
import type { OpenwrtBoard } from "../config/board.ts";
import { InputError } from "../core/faults.ts";
import { holdFolder } from "../core/hold-folder.ts";
import { note } from "../core/progress.ts";
import { makeForBase } from "../overlay.ts";
import type { Plan } from "../plan/plan.ts";
import { outDirectory, readAnyInputs, readForBase, type InputOptions } from "./inputs.ts";

export interface OpenwrtFlags {
  readonly imagebuilder?: string;
  readonly openwrtSource?: string;
  readonly configFragment?: string;
}

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
  const { board: profile } = await readAnyInputs(boardName, options);
  const made = await makeForBase(openwrtExport, board, loaded, { outDirectory, refresh: update === true });
  const { cache, tools } = made;
  const builder =
    imagebuilder === undefined ? undefined : await openImageBuilder(resolve(imagebuilder), cache, tools);
  // beside an image of the board's own base
  const output = join(outDirectory, profile.base === "openwrt" ? board.name : `${board.name}-openwrt`);
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
