import { existsSync } from "node:fs";
import { mkdir, readFile, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { nameOf } from "../../config/document.ts";
import { InputError } from "../../core/faults.ts";
import { hashFile } from "../../core/hash.ts";
import { step } from "../../core/progress.ts";
import { run } from "../../core/run.ts";
import type { Tools } from "../../debian/tools.ts";
import { parseInfo, type Info } from "./make-info.ts";
import { releaseOf, type Release } from "./releases.ts";

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
 * what isn't one, or is older than all releases that are known.
 */
export async function openImageBuilder(path: string, cache: string, tools: Tools): Promise<ImageBuilder> {
  const shown = nameOf(path);
  const found = await stat(path).catch(() => undefined);
  if (found === undefined)
    throw new InputError([
      { file: shown, path: "", fact: "no such file or folder", hint: "name an ImageBuilder" },
    ]);
  const directory = found.isDirectory() ? path : await unpack(path, shown, cache, tools);
  const config = await readFile(join(directory, ".config"), "utf8").catch(() => "");
  if (!existsSync(join(directory, "Makefile")) || config === "") {
    const fact = "isn't an ImageBuilder: it has no Makefile, or no .config";
    throw new InputError([
      { file: shown, path: "", fact, hint: "name the folder that openwrt-imagebuilder-… unpacks to" },
    ]);
  }
  const version = await versionOf(directory, config);
  const release = releaseOf(version);
  if (release === undefined) {
    const fact = `is of OpenWrt ${version}, which is older than all releases that this tool knows`;
    throw new InputError([{ file: shown, path: "", fact, hint: "use 23.05 or newer" }]);
  }
  const { stdout } = await run(["make", "--no-print-directory", "-C", directory, "info"]);
  return {
    ...parseInfo(stdout),
    ...{ shown, directory, version, release },
    packageManager: /^CONFIG_USE_APK=y$/m.test(config) ? "apk" : "opkg",
  };
}

/** In a release .config says it; else include/version.mk has what it falls back to. */
async function versionOf(directory: string, config: string): Promise<string> {
  const said = /^CONFIG_VERSION_NUMBER="(.+)"$/m.exec(config)?.[1];
  if (said !== undefined) return said;
  const makefile = await readFile(join(directory, "include", "version.mk"), "utf8").catch(() => "");
  return (
    /^VERSION_NUMBER:=\$\(if \$\(VERSION_NUMBER\),\$\(VERSION_NUMBER\),([^)]+)\)/m.exec(makefile)?.[1] ??
    "SNAPSHOT"
  );
}

/** The one folder in the archive; the same archive is unpacked once. */
async function unpack(archive: string, shown: string, cache: string, tools: Tools): Promise<string> {
  const store = join(cache, "imagebuilders");
  const at = join(store, (await hashFile(archive)).slice(0, 16));
  if (!existsSync(at)) {
    await mkdir(store, { recursive: true });
    const unfinished = `${at}.${process.pid}.tmp`;
    try {
      await step(`Unpack ${shown}`, async () => {
        await mkdir(unfinished);
        if (archive.endsWith(".zst")) {
          const tar = `${unfinished}.tar`;
          await tools.run("zstd", ["--decompress", "--quiet", "--force", archive, "-o", tar]);
          await run(["tar", "--extract", "--file", tar, "--directory", unfinished]);
          await rm(tar);
        } else await run(["tar", "--extract", "--file", archive, "--directory", unfinished]);
      });
      await rename(unfinished, at);
    } finally {
      await rm(unfinished, { recursive: true, force: true });
      await rm(`${unfinished}.tar`, { force: true });
    }
  }
  const [only, ...others] = await readdir(at);
  if (only === undefined || others.length > 0) {
    const fact = "isn't an ImageBuilder's archive: that has one folder in it";
    throw new InputError([{ file: shown, path: "", fact }]);
  }
  return join(at, only);
}
