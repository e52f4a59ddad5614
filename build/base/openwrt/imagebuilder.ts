import { existsSync } from "node:fs";
import { mkdir, readFile, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { nameOf } from "../../config/document.ts";
import { InputError, ToolError } from "../../core/faults.ts";
import { hashFile } from "../../core/hash.ts";
import { holdFolder } from "../../core/hold-folder.ts";
import { step } from "../../core/progress.ts";
import { replaceFolder } from "../../core/replace-folder.ts";
import { anyCode, run } from "../../core/run.ts";
import type { Tools } from "../../debian/tools.ts";
import { requireNoSpace } from "./make.ts";
import { parseInfo, type Info } from "./make-info.ts";
import type { Release } from "./releases.ts";
import { readVersion } from "./tree-version.ts";

/** An ImageBuilder that is unpacked, and what it says of itself. */
export interface ImageBuilder extends Info {
  /** As the user named it. */
  readonly shown: string;
  readonly directory: string;
  /** `24.10.2`, or `SNAPSHOT`. */
  readonly version: string;
  readonly release: Release;
  readonly packageManager: Release["packageManager"];
}

/**
 * Opens an ImageBuilder: a folder, or an archive (.tar.zst, .tar.xz), which is unpacked once. Throws an InputError for
 * what isn't one, isn't whole, or is older than all releases that are known.
 */
export async function openImageBuilder(path: string, cache: string, tools: Tools): Promise<ImageBuilder> {
  const shown = nameOf(path);
  const isFolder = await lookAtImageBuilder(path);
  const directory = isFolder ? path : await unpack(path, shown, cache, tools);
  const config = await requireImageBuilder(directory, shown);
  const { version, release } = await readVersion(directory, config, shown);
  return {
    ...(await askInfo(directory, shown)),
    ...{ shown, directory, version, release },
    packageManager: /^CONFIG_USE_APK=y$/m.test(config) ? "apk" : "opkg",
  };
}

/**
 * What can be told of a path at once, before anything is fetched or made for it: whether it is a folder. Throws an
 * InputError for one that isn't an ImageBuilder.
 */
export async function lookAtImageBuilder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw blame(nameOf(path), "no such file or folder", "name an ImageBuilder");
  if (found.isDirectory()) await requireImageBuilder(path, nameOf(path));
  return found.isDirectory();
}

const blame = (file: string, fact: string, hint: string): InputError =>
  new InputError([{ file, path: "", fact, hint }]);

/** Gives its .config. A checkout, and an SDK, have one and a Makefile as well, but nothing to tell of profiles. */
async function requireImageBuilder(directory: string, shown: string): Promise<string> {
  const config = await readFile(join(directory, ".config"), "utf8").catch(() => "");
  const makefile = await readFile(join(directory, "Makefile"), "utf8").catch(() => "");
  const refuse = (fact: string, hint = "name the folder that openwrt-imagebuilder-… unpacks to") => {
    throw blame(shown, `isn't an ImageBuilder: ${fact}`, hint);
  };
  if (existsSync(join(directory, "tools", "Makefile"))) refuse("it is a checkout", "use --openwrt-source");
  if (makefile === "" || config === "") refuse("it has no Makefile, or no .config");
  if (!/^(?:\w+ )*info\b.*:/m.test(makefile)) refuse("its Makefile has no goal info");
  requireNoSpace(directory);
  return config;
}

async function askInfo(directory: string, shown: string): Promise<Info> {
  const { stdout, stderr, exitCode } = await run(["make", "--no-print-directory", "-C", directory, "info"], {
    okCodes: anyCode,
  });
  if (exitCode === 0) return parseInfo(stdout);
  const said = `${stdout}\n${stderr}`.trim().split("\n").slice(-8);
  const fact = ["can't say what it is of (make info):", ...said.map((line) => `  | ${line}`)].join("\n");
  throw blame(shown, fact, "is it whole? unpack it anew");
}

/** The one folder in the archive; the same archive is unpacked once. */
async function unpack(archive: string, shown: string, cache: string, tools: Tools): Promise<string> {
  const store = join(cache, "imagebuilders");
  const at = join(store, (await hashFile(archive)).slice(0, 16));
  await mkdir(store, { recursive: true });
  await holdFolder(at, cache, async () => {
    if (existsSync(at)) return;
    await step(`Unpack ${shown}`, () =>
      replaceFolder(at, async (unfinished) => {
        await extract(archive, unfinished, tools).catch((error: unknown) => {
          const [, said] = error instanceof ToolError ? (/^ {2}\| (.*)$/m.exec(error.message) ?? []) : [];
          throw said === undefined ? error : blame(shown, `can't be unpacked: ${said}`, isItWhole);
        });
        const [first, ...others] = await readdir(unfinished);
        if (first === undefined || others.length > 0)
          throw blame(shown, "isn't an ImageBuilder's archive", "that has one folder in it");
      }),
    );
  });
  return join(at, (await readdir(at))[0] as string);
}

const isItWhole = "hold it against the sha256sums where it was downloaded";

async function extract(archive: string, folder: string, tools: Tools): Promise<void> {
  const untar = (file: string) => run(["tar", "--extract", "--file", file, "--directory", folder]);
  if (!archive.endsWith(".zst")) {
    await untar(archive);
    return;
  }
  const tar = `${folder}.tar`;
  try {
    await tools.run("zstd", ["--decompress", "--quiet", "--force", archive, "-o", tar]);
    await untar(tar);
  } finally {
    await rm(tar, { force: true });
  }
}
