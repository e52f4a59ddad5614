import { existsSync } from "node:fs";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { OpenwrtBoard } from "../../config/board.ts";
import { nameOf } from "../../config/document.ts";
import { nearestTo } from "../../config/suggest.ts";
import { InputError, type Fault } from "../../core/faults.ts";
import { holdFolder } from "../../core/hold-folder.ts";
import { step } from "../../core/progress.ts";
import { replaceFolder } from "../../core/replace-folder.ts";
import { writeTree } from "../../core/tree.ts";
import type { Made } from "../export-base.ts";
import type { OpenwrtResult } from "./build-with-imagebuilder.ts";
import { explainTooBig, holdImages } from "./check-images.ts";
import { checkRelease } from "./check-offer.ts";
import { checkModules, parseManifest } from "./check-packages.ts";
import { keepUsersOwn, markOwn } from "./checkout-marks.ts";
import { makeLogged, requireNoSpace } from "./make.ts";
import { lostFromFragment, lostLines, sourceConfig, type Fragment } from "./source-config.ts";
import { readVersion } from "./tree-version.ts";
import { filesTree } from "./tree.ts";

/** Where images and log go, and what the user adds to .config. */
export interface Place {
  readonly output: string;
  readonly log: string;
  readonly fragment: Fragment | undefined;
}

/**
 * Builds from a source checkout, whose feeds are installed: writes .config and files/, and holds .config against
 * what was asked for once `make defconfig` has been over it. Throws an InputError with every fault of a step.
 */
export function buildFromSource(
  checkout: string,
  made: Made<OpenwrtBoard>,
  fragment?: Fragment,
): Promise<OpenwrtResult> {
  return holdFolder(checkout, made.cache, () => buildAlone(checkout, made, fragment));
}

async function buildAlone(
  checkout: string,
  made: Made<OpenwrtBoard>,
  fragment: Fragment | undefined,
): Promise<OpenwrtResult> {
  const { plan, payload, packages, cache } = made;
  const { board, site } = plan;
  const shown = nameOf(checkout);
  const work = join(cache, "openwrt", `${board.name}-source`);
  requireCheckout(checkout);
  requireNoSpace(work);
  const asked = await readVersion(checkout, fragment?.text ?? "", shown);
  refuse(checkRelease(asked, board, site, shown));
  await keepUsersOwn(checkout, shown);
  const output = join(work, "bin");
  const log = join(work, "build.log");
  await mkdir(work, { recursive: true });
  for (const old of [log, output]) await rm(old, { recursive: true, force: true });

  const files = await filesTree(plan, payload, packages);
  await step("Write files/", async () => {
    await markOwn(checkout, "");
    await replaceFolder(join(checkout, "files"), (folder) => writeTree(files.tree, folder));
  });
  const version = await configure(checkout, shown, board, { output, log, fragment });
  await step(`Have the checkout of OpenWrt ${version} make the images (a first time takes hours)`, () =>
    explainTooBig(shown, log, makeLogged(checkout, [`-j${availableParallelism()}`], log)),
  );
  const { target, subtarget } = board.openwrt;
  const images = join(output, "targets", target, subtarget);
  const said = await readFile(log, "utf8");
  const overview = await holdImages(shown, board, images, said, made.tools);
  const manifest = parseManifest(await readManifest(images));
  refuse(checkModules(shown, manifest, plan));
  return {
    directory: images,
    overview,
    ...{ log, files, packages: manifest },
    from: { kind: "source", version },
  };
}

/**
 * Writes .config, the user's lines before ours; lets the checkout complete it, and names every line that it dropped.
 * Gives the checkout's version.
 */
export async function configure(
  checkout: string,
  shown: string,
  board: OpenwrtBoard,
  { output, log, fragment }: Place,
): Promise<string> {
  const wanted = [...sourceConfig(board), "CONFIG_DEVEL=y", `CONFIG_BINARY_FOLDER="${output}"`];
  const users = fragment === undefined ? [] : [fragment.text];
  const asked = [...users, ...wanted].map((line) => `${line}\n`).join("");
  await markOwn(checkout, asked);
  await writeFile(join(checkout, ".config"), asked);
  await step("Let make defconfig complete .config", () => makeLogged(checkout, ["defconfig"], log));
  const config = await readFile(join(checkout, ".config"), "utf8");
  await markOwn(checkout, config);
  const known = [...config.matchAll(/^(?:# )?CONFIG_PACKAGE_([\w.+-]+)[= ]/gm)].map(([, name = ""]) => name);
  refuse([
    ...lostLines(wanted, config).map((line) => lostFault(line, shown, known)),
    ...(fragment === undefined ? [] : lostFromFragment(fragment, config)).map((line) => ({
      file: nameOf((fragment as Fragment).file),
      path: "",
      fact: `make defconfig dropped ${line}`,
      hint: "this checkout hasn't it, something else forbids it, or halfbridge says otherwise",
    })),
  ]);
  return (await readVersion(checkout, config, shown)).version;
}

function lostFault(line: string, shown: string, known: readonly string[]): Fault {
  const [, name] = /^CONFIG_PACKAGE_(.+)=y$/.exec(line) ?? [];
  const file = join(shown, ".config");
  if (name === undefined)
    return {
      file,
      path: "",
      fact: `make defconfig dropped ${line}`,
      hint: "this checkout has no such target, profile or option",
    };
  const near = nearestTo(name, known);
  const hint =
    near === undefined || near === name
      ? "scripts/feeds install -a brings the packages of its feeds"
      : `did you mean ${near}?`;
  return { file, path: "", fact: `make defconfig dropped the package ${name}`, hint };
}

/** An ImageBuilder and an SDK have some of a checkout's files, and would be spoilt by what is written here. */
export function requireCheckout(checkout: string): void {
  for (const name of ["rules.mk", "scripts/feeds", "target/linux", "include/toplevel.mk", "tools/Makefile"]) {
    if (existsSync(join(checkout, name))) continue;
    const fact = `isn't a checkout of OpenWrt: it has no ${name}`;
    const isImageBuilder = existsSync(join(checkout, ".targetinfo"));
    const hint = isImageBuilder
      ? "it is an ImageBuilder: use --imagebuilder"
      : "name the folder that openwrt.git was cloned to";
    throw new InputError([{ file: nameOf(checkout), path: "", fact, hint }]);
  }
  requireNoSpace(checkout);
}

async function readManifest(images: string): Promise<string> {
  const name = (await readdir(images)).find((file) => file.endsWith(".manifest"));
  return name === undefined ? "" : readFile(join(images, name), "utf8");
}

function refuse(faults: readonly Fault[]): void {
  if (faults.length > 0) throw new InputError(faults);
}
