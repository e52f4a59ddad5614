import { existsSync } from "node:fs";
import { link, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { stringify } from "yaml";
import { findFamily, readProfile } from "../config/board-family.ts";
import { boardSchema, type Board } from "../config/board-schema.ts";
import type { Port } from "../config/ports.ts";
import { listFamilies, shippedBoards } from "../config/board.ts";
import { nameOf } from "../config/document.ts";
import { suggestNear } from "../config/suggest.ts";
import { InputError, type Fault } from "../core/faults.ts";
import { renderTemplates } from "../payload/render.ts";

/** What is known of a new board, as it was given on the command line or at the terminal. */
export interface NewBoard {
  readonly name?: string;
  readonly title?: string;
  readonly family?: string;
  readonly arch?: string;
  readonly memory?: string;
  readonly storage?: string;
  /** `NAME`, or with its place `NAME=PATH` or `NAME=dsa:LABEL`. */
  readonly isp?: string;
  /** Likewise, each of the LAN's. */
  readonly lan?: readonly string[];
  readonly deviceTree?: string;
  readonly compatible?: string;
  readonly ubootBuild?: string;
  readonly console?: readonly string[];
  readonly driver?: readonly string[];
  readonly storageDriver?: readonly string[];
  readonly medium?: string;
  readonly step?: readonly string[];
  /** `machine=TEXT`, `memory=TEXT`, `storage=TEXT`, `ports=TEXT`. */
  readonly source?: readonly string[];
}

/**
 * Writes a profile with comments into a folder of boards and returns its file. What isn't known is left empty, for
 * `board check` to tell. A file that is there is never written over. Throws an InputError with all that doesn't fit.
 */
export async function writeNewBoard(known: NewBoard, folder: string): Promise<string> {
  const faults = faultsOf(known);
  if (faults.length > 0) throw new InputError(faults);
  const file = join(folder, `${known.name}.yaml`);
  const [entry] = await renderTemplates("board", await viewOf(known, file));
  if (entry?.kind !== "file" || !("content" in entry.from)) throw new Error("templates/board has no profile");
  await createFile(file, entry.from.content.toString());
  return file;
}

const required = ["name", "title"] as const;
/** A family may say them. */
const requiredAlone = ["memory", "storage"] as const;
/** QEMU's machine, in which every image is proven. */
const labModules = { storage: ["virtio_pci", "virtio_blk"], network: ["virtio_net"] } as const;
const sourceKeys = boardSchema.properties.sources.required;

function faultsOf(known: NewBoard): Fault[] {
  const faults: Fault[] = [];
  const blame = (flag: string, fact: string, hint: string) =>
    faults.push({ file: flag, path: "", fact, hint });
  const flagOf = (key: string) => (key === "name" ? "NAME" : `--${key}`);
  for (const key of known.family ? required : [...required, ...requiredAlone])
    if (!known[key]) blame(flagOf(key), "is missing", "give it, or run this at a terminal to be asked");
  if (!known.arch && !known.family) blame("--arch", "is missing", "give --arch or --family");
  if (known.name && !new RegExp(boardSchema.properties.name.pattern).test(known.name))
    blame("NAME", `is ${JSON.stringify(known.name)}`, "small letters, digits and - (example: nanopi-r2s)");
  for (const key of ["memory", "storage"] as const)
    if (known[key] && !/^[1-9][0-9]*$/.test(known[key]))
      blame(flagOf(key), `is ${known[key]}`, "a whole number of MiB (example: 1024)");
  if ((known.deviceTree === undefined) !== (known.compatible === undefined))
    blame("--device-tree", "goes with --compatible", "say both or none of them");
  for (const text of known.source ?? [])
    if (!sourceKeys.some((key) => text.startsWith(`${key}=`)))
      blame("--source", `is ${text}`, `begins with one of ${sourceKeys.map((key) => `${key}=`).join(", ")}`);
  return faults;
}

async function viewOf(known: NewBoard, file: string) {
  const { name = "", title = "", family, deviceTree, compatible, memory, storage } = known;
  const inherited = await readFamily(family, dirname(file));
  const arch = known.arch ?? inherited.arch ?? "";
  const startsGrub = arch === "amd64" || (arch === "arm64" && deviceTree === undefined);
  const format: Board["image"]["format"] = startsGrub ? "gpt-grub" : "gpt-boot-script";
  const [lan = { name: "lan" }, ...furtherLan] = (known.lan ?? []).map(portOf);
  const says = (key: keyof Board): boolean => inherited[key] === undefined;
  return {
    schema: schemaFor(dirname(file)),
    name,
    title: yaml(title),
    comment: title.replaceAll(/\s+/g, " "),
    family,
    arch,
    own: {
      base: says("base"),
      arch: says("arch") || known.arch !== undefined,
      // a device tree names one
      consoles: known.console !== undefined || (says("consoles") && startsGrub),
      image: says("image"),
      format: inherited.image?.format === undefined,
      kernel: says("kernel"),
      flashing: says("flashing") || known.medium !== undefined || known.step !== undefined,
    },
    deviceTree: deviceTree && { file: yaml(deviceTree), compatible: yaml(compatible ?? "") },
    memoryMiB: memory,
    storageMiB: storage,
    isp: yaml(portOf(known.isp ?? "wan")),
    lan: yaml(furtherLan.length === 0 ? lan : [lan, ...furtherLan]),
    consoles: yaml(known.console ?? []),
    format,
    ubootBuild: known.ubootBuild,
    needsLoader:
      format === "gpt-boot-script" && says("loader") && says("image") && known.ubootBuild === undefined,
    kernelPackage: arch === "armhf" ? "linux-image-armmp" : `linux-image-${arch}`,
    storageModules: yaml([...labModules.storage, ...(known.storageDriver ?? [])]),
    networkModules: yaml([...labModules.network, ...(known.driver ?? [])]),
    drivers: [
      { key: "storageModules", modules: known.storageDriver },
      { key: "networkModules", modules: known.driver },
    ].flatMap(({ key, modules }) => (modules === undefined ? [] : [{ key, modules: yaml(modules) }])),
    medium: yaml(known.medium ?? ""),
    steps: yaml(known.step ?? []),
    sources: sourceKeys.map((key) => ({ key, text: yaml(sourceOf(key, known)) })),
  };
}

/** The schema for editors: a copy beside the profile, or the one that ships. */
function schemaFor(folder: string): string {
  const name = "board.schema.json";
  return existsSync(join(folder, name)) ? name : relative(folder, join(shippedBoards, name));
}

/** What the family says, by its own families too. */
async function readFamily(family: string | undefined, folder: string): Promise<Partial<Board>> {
  if (family === undefined) return {};
  const families = await listFamilies(folder);
  if (!families.includes(family)) {
    const fact = `no family is called ${JSON.stringify(family)}`;
    throw new InputError([{ file: "--family", path: "", fact, hint: suggestNear(family, families) }]);
  }
  const folders = [join(folder, "families"), join(shippedBoards, "families")] as const;
  const { value } = await readProfile(findFamily(`${family}.yaml`, folders), folders);
  return value as Partial<Board>;
}

function portOf(text: string): Port {
  const at = text.indexOf("=");
  const name = at < 0 ? text : text.slice(0, at);
  const place = at < 0 ? "" : text.slice(at + 1);
  if (place === "") return { name };
  return place.startsWith("dsa:") ? { name, dsaPort: place.slice("dsa:".length) } : { name, path: place };
}

const sourceOf = (key: string, { source = [] }: NewBoard): string =>
  source.find((text) => text.startsWith(`${key}=`))?.slice(key.length + 1) ?? "";

/** A value as it stands in a profile, on one line. */
const yaml = (value: unknown): string =>
  stringify(value, { collectionStyle: "flow", lineWidth: 0, defaultStringType: "PLAIN" }).trim();

/** Whole or not at all, and never over what is there. */
async function createFile(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const unfinished = `${file}.${process.pid}.tmp`;
  await writeFile(unfinished, text);
  try {
    await link(unfinished, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    const hint = "choose another name, or edit it";
    throw new InputError([{ file: nameOf(file), path: "", fact: "is there already", hint }]);
  } finally {
    await rm(unfinished, { force: true });
  }
}
