import type { Board } from "../config/board-schema.ts";
import { hashFile, hashOf } from "../core/hash.ts";
import type { PackageCache } from "../debian/packages.ts";
import type { Tools } from "../debian/tools.ts";
import { openRaspberryPiLoader } from "./raspberry-pi.ts";
import { openRockchipLoader } from "./rockchip.ts";

/** What an image brings along for the machine to be started by. */
export interface Loader {
  /** What stands on the disk outside of partitions. */
  readonly raw: readonly RawFile[];
  /** What stands on the firmware partition. */
  readonly files: readonly FirmwareFile[];
  /** What all of it is from. */
  readonly origins: readonly Origin[];
}

export interface RawFile {
  readonly file: string;
  readonly offsetBytes: number;
}

export interface FirmwareFile {
  /** Its name on the firmware partition. */
  readonly name: string;
  /** Where its bytes are on this machine. */
  readonly file: string;
}

/** A Debian package that bytes of a loader are from, for the manifest and the bill of materials. */
export interface Origin {
  readonly name: string;
  readonly version: string;
  /** `deb`: taken from it as it is; `deb-src`: built from it. */
  readonly type: "deb" | "deb-src";
  /** Of the .deb, or of the source's archives: as Debian's signed index has them. */
  readonly sha256: readonly string[];
  /** Debian's archive area. */
  readonly component: "main" | "non-free-firmware";
  /** SPDX expression. */
  readonly licence: string;
}

export interface LoaderContext {
  readonly suite: string;
  readonly cache: PackageCache;
  readonly tools: Tools;
  /** Where the kernel package's device trees are on this machine. */
  readonly deviceTrees: string;
}

export type LoaderFacts = NonNullable<Board["loader"]>;

/** Fetches, or builds from source, what a board's `loader` names. */
export function openLoader(facts: LoaderFacts, context: LoaderContext): Promise<Loader> {
  return facts.kind === "rockchip" ? openRockchipLoader(facts, context) : openRaspberryPiLoader(context);
}

/** What a step that uses a loader depends on. */
export async function identifyLoader({ raw, files }: Loader): Promise<string> {
  const placed = [
    ...raw.map(({ offsetBytes, file }) => [offsetBytes, file] as const),
    ...files.map(({ name, file }) => [name, file] as const),
  ];
  return hashOf(await Promise.all(placed.map(async ([place, file]) => [place, await hashFile(file)])));
}
