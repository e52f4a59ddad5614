import { statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { OpenwrtBoard } from "../../config/board.ts";
import { InputError, ToolError, type Fault } from "../../core/faults.ts";
import type { Tools } from "../../debian/tools.ts";
import { checkPartitions } from "./check-partitions.ts";

/** What profiles.json says of a profile, as far as it matters here (scripts/json_add_image_info.py). */
export interface BuiltProfile {
  readonly images: readonly {
    readonly name: string;
    readonly type: string;
    readonly filesystem?: string;
    readonly sha256?: string;
  }[];
  readonly supported_devices: readonly string[];
  readonly file_size_limits?: { readonly image?: number };
}

export interface Overview {
  readonly version_number: string;
  readonly version_code: string;
  readonly target: string;
  readonly linux_kernel?: { readonly version: string };
  readonly profiles: Readonly<Record<string, BuiltProfile>>;
}

/**
 * Holds what came out against what the board expects, and gives OpenWrt's overview of it; `output` is what make said.
 * Throws an InputError with every fault.
 */
export async function holdImages(
  shown: string,
  board: OpenwrtBoard,
  directory: string,
  output: string,
  tools: Tools,
): Promise<Overview> {
  const text = await readFile(join(directory, "profiles.json"), "utf8").catch(() => undefined);
  const overview = text === undefined ? undefined : (JSON.parse(text) as Overview);
  const faults = checkImages(shown, board, overview, directory, output);
  if (overview === undefined || faults.length > 0) throw new InputError(faults);
  const tooLong = await checkPartitions(shown, board, overview, directory, tools);
  if (tooLong.length > 0) throw new InputError(tooLong);
  return overview;
}

/**
 * Waits for make. Where it fails after it has left out an image that is over its limit, since a further step wants that
 * image, throws an InputError that says by how much.
 */
export async function explainTooBig(shown: string, log: string, making: Promise<void>): Promise<void> {
  try {
    await making;
  } catch (error) {
    const warnings = error instanceof ToolError ? parseTooBig(await readFile(log, "utf8")) : [];
    if (warnings.length === 0) throw error;
    throw new InputError(
      warnings.map(({ name, bytes, limit }) => ({
        ...{ file: shown, path: "", hint: makeRoom },
        fact: `can't make ${name}: ${tooBig(bytes, limit)}`,
      })),
    );
  }
}

/**
 * Whether all images are there, and as small as they must be. An image that is over its limit is left out by OpenWrt's
 * makefiles with a warning, and make succeeds: the warning, in `output`, says by how much.
 */
function checkImages(
  shown: string,
  { openwrt }: OpenwrtBoard,
  overview: Overview | undefined,
  directory: string,
  output: string,
): Fault[] {
  const blame = (fact: string, hint: string): Fault => ({ file: shown, path: "", fact, hint });
  const warnings = parseTooBig(output);
  const built = overview?.profiles[openwrt.profile];
  if (overview === undefined && warnings.length === 0)
    return [
      blame(
        "made no profiles.json",
        "its .config is without CONFIG_JSON_OVERVIEW_IMAGE_INFO, or it made no image",
      ),
    ];
  if (built === undefined && warnings.length === 0)
    return [blame(`made nothing for ${openwrt.profile}`, "its log says what it did")];
  const { images = [], supported_devices: devices = [], file_size_limits: limits } = built ?? {};
  const faults = openwrt.images.flatMap(({ type, filesystem, limitKiB }): Fault[] => {
    const image = images.find(
      (each) => each.type === type && (filesystem ?? each.filesystem) === each.filesystem,
    );
    const what = `the ${type} image${filesystem === undefined ? "" : ` (${filesystem})`}`;
    if (image === undefined) {
      const warned = warnings.find(
        ({ name }) =>
          name.includes(`-${type}.`) && (filesystem === undefined || name.includes(`-${filesystem}-`)),
      );
      if (warned !== undefined)
        return [blame(`left out ${what}: ${tooBig(warned.bytes, warned.limit)}`, makeRoom)];
      const others = images.map((each) => each.type).join(", ") || "none";
      const tooBigOnes = warnings.map(({ name, bytes, limit }) => `; ${name}: ${tooBig(bytes, limit)}`);
      return [blame(`didn't make ${what}`, `it made: ${others}${tooBigOnes.join("")}`)];
    }
    const { size: bytes } = statSync(join(directory, image.name), { throwIfNoEntry: false }) ?? { size: 0 };
    if (bytes === 0)
      return [blame(`says that it made ${what}, but ${image.name} isn't there`, "its log says what it did")];
    const limit = Math.min((limitKiB ?? Infinity) * 1024, limits?.image ?? Infinity);
    return bytes > limit ? [blame(`made ${what}, but ${tooBig(bytes, limit)}`, makeRoom)] : [];
  });
  const missing = openwrt.supportedDevices.filter((name) => !devices.includes(name));
  if (built !== undefined && missing.length > 0) {
    const fact = `made images that sysupgrade wouldn't accept on ${missing.join(", ")}`;
    faults.push(blame(fact, `they are for ${devices.join(", ") || "no model"}`));
  }
  return faults;
}

const makeRoom = "take packages out of its profile, or use a model with more flash";

/** `it is 2048 KiB too big: 10240 of 8192 KiB` */
const tooBig = (bytes: number, limit: number): string =>
  `it is ${Math.ceil((bytes - limit) / 1024)} KiB too big (${Math.ceil(bytes / 1024)} of at most ${Math.floor(limit / 1024)} KiB)`;

/** `WARNING: Image file PATH is too big: BYTES > LIMIT` (Build/check-size in include/image-commands.mk). */
function parseTooBig(output: string): { name: string; bytes: number; limit: number }[] {
  return [...output.matchAll(/Image file (\S+) is too big: (\d+) > (\d+)/g)].map(
    ([, path = "", bytes, limit]) => ({
      name: path.replace(/^.*\//, ""),
      bytes: Number(bytes),
      limit: Number(limit),
    }),
  );
}
