import { mkdir, readFile, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { OpenwrtBoard } from "../../config/board.ts";
import { InputError } from "../../core/faults.ts";
import { holdFolder } from "../../core/hold-folder.ts";
import { step } from "../../core/progress.ts";
import { replaceFolder } from "../../core/replace-folder.ts";
import { anyCode, run } from "../../core/run.ts";
import { writeTree } from "../../core/tree.ts";
import type { Made } from "../export-base.ts";
import { explainTooBig, holdImages, type Overview } from "./check-images.ts";
import { checkOffer } from "./check-offer.ts";
import { checkModules, parseManifest } from "./check-packages.ts";
import type { ImageBuilder } from "./imagebuilder.ts";
import { makeLogged, requireNoSpace } from "./make.ts";
import { disabledServices, wantedPackages } from "./packages.ts";
import { refusedPackages } from "./refused-packages.ts";
import { filesTree, type FilesTree } from "./tree.ts";

/** What an OpenWrt build left, before it is published. */
export interface OpenwrtResult {
  /** Images, profiles.json, and OpenWrt's own manifest and bill of materials. */
  readonly directory: string;
  readonly overview: Overview;
  readonly log: string;
  readonly files: FilesTree;
  /** Every package in the image, by OpenWrt's name, with its version. */
  readonly packages: ReadonlyMap<string, string>;
  readonly from: { readonly kind: "imagebuilder" | "source"; readonly version: string };
}

/**
 * Drives an ImageBuilder: what it would install first, held against what the plan needs; then the images, held
 * against what the board expects. Throws an InputError with every fault of a step.
 */
export function buildWithImageBuilder(
  builder: ImageBuilder,
  made: Made<OpenwrtBoard>,
): Promise<OpenwrtResult> {
  // it has one place for what it makes, whatever the profile
  return holdFolder(builder.directory, made.cache, () => buildAlone(builder, made));
}

async function buildAlone(builder: ImageBuilder, made: Made<OpenwrtBoard>): Promise<OpenwrtResult> {
  const { plan, payload, packages, cache } = made;
  const { board, site } = plan;
  refuse(checkOffer(builder, board, site));
  const work = join(cache, "openwrt", board.name);
  requireNoSpace(work);
  const [filesFolder, images, log] = ["files", "images", "build.log"].map((name) => join(work, name)) as [
    string,
    string,
    string,
  ];
  await mkdir(work, { recursive: true });
  // and what a build that was killed has left (replaceFolder)
  const unfinished = (await readdir(work)).filter((name) => name.endsWith(".tmp"));
  for (const name of unfinished) await rm(join(work, name), { recursive: true, force: true });
  await rm(log, { force: true });
  const files = await filesTree(plan, payload, packages);
  await step("Write the overlay", () =>
    replaceFolder(filesFolder, (folder) => writeTree(files.tree, folder)),
  );

  const { profile, rootfsMiB } = board.openwrt;
  const variables = [`PROFILE=${profile}`, `PACKAGES=${wantedPackages(board).join(" ")}`];
  const listed = await step("Ask the ImageBuilder what it would install", () =>
    run(["make", "--no-print-directory", "-C", builder.directory, "manifest", ...variables, "STRIP_ABI=1"], {
      okCodes: anyCode,
    }),
  );
  if (listed.exitCode !== 0) throw await refusedPackages(builder, `${listed.stdout}\n${listed.stderr}`);
  const manifest = parseManifest(listed.stdout);
  refuse(checkModules(builder.shown, manifest, plan));

  await step(`Have the ImageBuilder of OpenWrt ${builder.version} make the images`, () =>
    // fresh: profiles.json adds up what was made before
    replaceFolder(images, (folder) => {
      const goal = [
        ...["image", ...variables, `FILES=${filesFolder}`, `BIN_DIR=${folder}`],
        `DISABLED_SERVICES=${disabledServices.join(" ")}`,
        ...(rootfsMiB === undefined ? [] : [`ROOTFS_PARTSIZE=${rootfsMiB}`]),
      ];
      return explainTooBig(builder.shown, log, makeLogged(builder.directory, goal, log));
    }),
  );
  const said = await readFile(log, "utf8");
  return {
    directory: images,
    overview: await holdImages(builder.shown, board, images, said, made.tools),
    ...{ log, files, packages: manifest },
    from: { kind: "imagebuilder", version: builder.version },
  };
}

function refuse(faults: ConstructorParameters<typeof InputError>[0]): void {
  if (faults.length > 0) throw new InputError(faults);
}
