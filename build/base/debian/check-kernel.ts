import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Board } from "../../config/board.ts";
import { nearestTo } from "../../config/suggest.ts";
import type { Fault } from "../../core/faults.ts";
import { readDeviceTree } from "../../debian/device-tree.ts";
import { listFolder } from "../../debian/files.ts";
import { findDrivers, missingModules } from "../../debian/module-closure.ts";
import type { Package } from "../../debian/packages.ts";
import type { Tools } from "../../debian/tools.ts";
import { kernelNeeds } from "../../plan/kernel.ts";
import { checkPlaces } from "./check-places.ts";
import { findKernel, missingOptions, readConfiguration, type Kernel } from "./kernel.ts";

type Blame = (path: string, fact: string, hint?: string) => void;

/**
 * Holds a board against its kernel package: options and modules, and where a device tree says what the machine is,
 * that tree: it is there, it is of this model, it has the network devices at the ports' places, and the profile
 * names drivers for them. `fileOf` says which file a path of the profile is from.
 */
export async function checkKernel(
  board: Board,
  fileOf: (path: string) => string,
  packages: readonly Package[],
  tools: Tools,
): Promise<Fault[]> {
  const faults: Fault[] = [];
  const blame: Blame = (path, fact, hint) =>
    faults.push({ file: fileOf(path), path, fact, ...(hint === undefined ? {} : { hint }) });
  const kernel = await findKernel(packages);
  const { options, modules } = kernelNeeds(board);
  const withoutOptions = missingOptions(options, await readConfiguration(kernel));
  if (withoutOptions.length > 0)
    blame(
      "/kernel/package",
      `${kernel.release} is built without ${withoutOptions.join(", ")}`,
      "choose another kernel package",
    );
  const withoutModules = missingModules([...modules.system, ...modules.network], kernel.modules);
  if (withoutModules.length > 0)
    blame(
      "/kernel/package",
      `${kernel.release} lacks modules: ${withoutModules.join(", ")}`,
      "choose another kernel package",
    );
  checkModules(board, kernel, blame);
  checkLabModules(board, kernel, blame);
  await checkDeviceTree(board, kernel, tools, blame);
  return faults;
}

function checkModules({ kernel }: Board, { release, modules }: Kernel, blame: Blame): void {
  for (const key of ["storageModules", "networkModules", "otherModules"] as const) {
    for (const [index, name] of (kernel[key] ?? []).entries()) {
      if (missingModules([name], modules).length > 0)
        blame(
          `/kernel/${key}/${index}`,
          `is ${name}, which kernel ${release} lacks`,
          didYouMean(name, [...modules.files.keys()]),
        );
    }
  }
}

/** What the lab's machines have in place of a model's own hardware. */
const labModules = { storageModules: "virtio_blk", networkModules: "virtio_net" } as const;

function checkLabModules({ kernel }: Board, { modules }: Kernel, blame: Blame): void {
  for (const [key, name] of Object.entries(labModules) as [keyof typeof labModules, string][]) {
    if (kernel[key].includes(name) || modules.builtin.has(name)) continue;
    blame(
      `/kernel/${key}`,
      `lacks ${name}`,
      "without it the lab can't boot the image, and nothing is proven",
    );
  }
}

async function checkDeviceTree(board: Board, kernel: Kernel, tools: Tools, blame: Blame): Promise<void> {
  const { deviceTree } = board;
  if (deviceTree === undefined) return;
  const folder = join("usr", "lib", `linux-image-${kernel.release}`);
  const file = join(kernel.package.directory, folder, deviceTree.file);
  if (!existsSync(file)) {
    const known = existsSync(join(kernel.package.directory, folder))
      ? listFolder(`/${folder}`, [kernel.package]).map(({ path }) => path.slice(folder.length + 2))
      : [];
    blame(
      "/deviceTree/file",
      `is ${deviceTree.file}, which kernel ${kernel.release} lacks`,
      known.length === 0 ? "its package has no device trees at all" : didYouMean(deviceTree.file, known),
    );
    return;
  }
  const root = await readDeviceTree(file, tools);
  const names = root.strings.get("compatible") ?? [];
  if (!names.includes(deviceTree.compatible))
    blame(
      "/deviceTree/compatible",
      `is ${deviceTree.compatible}, but the tree is of ${names[0] ?? "no machine"}`,
      `it says ${names.join(", ")}`,
    );
  const { storageModules, networkModules, otherModules = [] } = board.kernel;
  const modules = [...storageModules, ...networkModules, ...otherModules];
  for (const { role, compatible } of checkPlaces(board, root, blame)) {
    const { listed, others } = await findDrivers(compatible, modules, kernel.modules, tools);
    if (listed.length === 0 && others.length > 0)
      blame(
        "/kernel/networkModules",
        `has no driver for ${compatible.join(" or ")}, which the ${role.toUpperCase()} port needs`,
        `add ${others.join(" or ")}`,
      );
  }
}

function didYouMean(name: string, known: readonly string[]): string | undefined {
  const nearest = nearestTo(name, known);
  return nearest && `did you mean ${nearest}?`;
}
