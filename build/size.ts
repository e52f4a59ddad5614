import { stat } from "node:fs/promises";
import type { Board } from "./config/board.ts";
import type { LoadedSite } from "./config/site.ts";
import { InputError } from "./core/faults.ts";
import { compressKernel } from "./base/debian/compress-kernel.ts";
import { requireDeviceTree } from "./base/debian/kernel.ts";
import { suite } from "./debian/suite.ts";
import { assemble, type Assembly } from "./assemble.ts";
import type { FetchOptions } from "./fetch-materials.ts";
import { findOverruns, planBudget, type Budget, type Part } from "./image/budget.ts";
import { estimatePacked } from "./image/estimate.ts";
import { layerRoot } from "./image/root-layers.ts";
import { openLoader } from "./loader/loader.ts";
import { planMemory } from "./plan/memory.ts";

/** What a board's image is going to weigh with a site, before any of it is built. */
export async function weighImage(board: Board, loaded: LoadedSite, options: FetchOptions): Promise<Budget> {
  return weighAssembly(await assemble(board, loaded, options), loaded);
}

/** Likewise, of what is assembled already. */
async function weighAssembly(assembly: Assembly, loaded: LoadedSite): Promise<Budget> {
  const { plan, format } = assembly;
  const { board, site } = plan;
  const parts = [
    ...(await rootParts(assembly)),
    ...(await bootParts(assembly)),
    ...(await firmwareParts(assembly)),
    ...dataParts(board.image.dataMiB, site.proxy.log.KiB),
  ];
  const entries = loaded.lists.reduce((sum, { names, patternsAndUrls }) => sum + names + patternsAndUrls, 0);
  return planBudget(board, format.layout(board), parts, planMemory(board, site, entries));
}

/** Throws an InputError with all that is over budget. */
export async function requireRoom(assembly: Assembly, loaded: LoadedSite): Promise<void> {
  const faults = findOverruns(assembly.plan.board, await weighAssembly(assembly, loaded));
  if (faults.length > 0) throw new InputError(faults);
}

async function rootParts({ system, payload, packageCache }: Assembly): Promise<Part[]> {
  const layers = layerRoot(system.root);
  const packages = [...system.packages, ...payload.packages];
  const weights = await Promise.all(
    [layers.shared, layers.own].map((layer) =>
      estimatePacked(layer, "squashfs", packages, packageCache.directory),
    ),
  );
  const byOrigin = Map.groupBy(weights.flat(), ({ from }) => from);
  return [...byOrigin].map(([from, same]) => ({
    from,
    bytes: same.reduce((sum, { bytes }) => sum + bytes, 0),
    packedBytes: same.reduce((sum, { packedBytes }) => sum + packedBytes, 0),
    on: "root",
  }));
}

/** They are stored as they are. */
async function bootParts({ plan, system, tools, packageCache }: Assembly): Promise<Part[]> {
  const { board } = plan;
  const cache = packageCache.directory;
  const kernel = await compressKernel(board.arch, system.kernel, tools, cache);
  const initramfs = await estimatePacked(system.initramfs, "cpio", [], cache);
  const sizes = await Promise.all([stat(system.kernel.image), stat(kernel.path)]);
  const tree = board.deviceTree && requireDeviceTree(board.deviceTree.file, system.kernel);
  return [
    { from: "kernel", bytes: sizes[0].size, packedBytes: sizes[1].size, on: "boot" },
    {
      from: "initramfs",
      bytes: initramfs.reduce((sum, { bytes }) => sum + bytes, 0),
      packedBytes: initramfs.reduce((sum, { packedBytes }) => sum + packedBytes, 0),
      on: "boot",
    },
    ...(tree === undefined ? [] : [part("device tree", await sizeOf([{ file: tree }]), "boot")]),
  ];
}

/** Where a U-Boot for Rockchip's chips ends that is yet to be built (measured: below 9.4 MiB). */
const unbuiltLoaderBytes = 9.4 * 1024 * 1024;

/** What starts the machine: on the first partition, and before it where a chip's ROM looks for it. */
async function firmwareParts({ plan, format, tools, packageCache, system }: Assembly): Promise<Part[]> {
  const facts = plan.board.loader;
  const starter = part("boot loader", format.starterBytes, "firmware");
  if (facts === undefined) return [starter];
  if (facts.defconfig !== undefined)
    return [starter, part("U-Boot, to be built", unbuiltLoaderBytes, "head")];
  const { deviceTrees } = system.kernel;
  const { raw, files } = await openLoader(facts, { suite, cache: packageCache, tools, deviceTrees });
  return [
    part("boot loader", format.starterBytes + (await sizeOf(files)), "firmware"),
    ...(raw.length === 0 ? [] : [part("first-stage loader", await sizeOf(raw), "head")]),
  ];
}

async function sizeOf(files: readonly { readonly file: string }[]): Promise<number> {
  const sizes = await Promise.all(files.map(async ({ file }) => (await stat(file)).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Something that isn't packed. */
const part = (from: string, bytes: number, on: Part["on"]): Part => ({ from, bytes, packedBytes: bytes, on });

/** Measured: of 128 MiB, ext4 takes 13.5 for its journal (4 MiB) and its tables. */
function dataParts(dataMiB: number, logKiB: number): Part[] {
  const tables = (4 + dataMiB * 0.075) * 1024 * 1024;
  const logs = 4 * logKiB * 1024; // two, each below twice its limit (docs/proxy.md)
  return [part("file system of data", tables, "data"), part("logs, at most", logs, "data")];
}
