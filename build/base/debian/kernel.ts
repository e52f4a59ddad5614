import { existsSync } from "node:fs";
import { readFile, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { moduleClosure, openModules, type ModuleStore } from "../../debian/module-closure.ts";
import type { Package } from "../../debian/packages.ts";
import type { Tools } from "../../debian/tools.ts";
import { ToolError } from "../../core/faults.ts";

/** A kernel as its package has it. */
export interface Kernel {
  readonly package: Package;
  /** `6.12.107+deb13-amd64`. */
  readonly release: string;
  /** The image's file on this machine, as the package has it. */
  readonly image: string;
  /** Where its device trees are, on this machine. */
  readonly deviceTrees: string;
  readonly modules: ModuleStore;
}

/**
 * Opens the kernel among the packages and holds its configuration against the options that the plan
 * needs. Throws a ToolError that names every missing one.
 */
export async function openKernel(
  packages: readonly Package[],
  neededOptions: readonly string[],
): Promise<Kernel> {
  const kernel = await findKernel(packages);
  requireOptions(neededOptions, await readConfiguration(kernel), kernel.release);
  return kernel;
}

/** Opens the kernel among the packages, whatever it is configured for. */
export async function findKernel(packages: readonly Package[]): Promise<Kernel> {
  for (const owner of packages.filter(({ name }) => name.startsWith("linux-image-"))) {
    const boot = join(owner.directory, "boot");
    const image = (await readdir(boot).catch(() => [])).find((name) => name.startsWith("vmlinuz-"));
    if (image === undefined) continue; // a metapackage
    const release = image.slice("vmlinuz-".length);
    const folder = join(owner.directory, "usr", "lib", "modules", release);
    const builtin = await readFile(join(folder, "modules.builtin"), "utf8");
    return {
      package: owner,
      release,
      image: join(boot, image),
      deviceTrees: join(owner.directory, "usr", "lib", `linux-image-${release}`),
      modules: await openModules(folder, release, builtin),
    };
  }
  throw new ToolError("no kernel among the packages that were fetched");
}

/** The text of the kernel's configuration. */
export function readConfiguration({ image, release }: Kernel): Promise<string> {
  return readFile(join(dirname(image), `config-${release}`), "utf8");
}

/** Holds a kernel's configuration against the options needed: each must be =y or =m. */
export function requireOptions(needed: readonly string[], configuration: string, release: string): void {
  const missing = missingOptions(needed, configuration);
  if (missing.length > 0) {
    throw new ToolError(
      `kernel ${release} is built without ${missing.join(", ")}`,
      "choose another kernel package in the board profile",
    );
  }
}

/** Options needed that are neither =y nor =m, by their names in the configuration. */
export function missingOptions(needed: readonly string[], configuration: string): string[] {
  const set = new Set([...configuration.matchAll(/^CONFIG_(\w+)=[ym]$/gm)].map((match) => match[1]));
  return needed.filter((option) => !set.has(option)).map((option) => `CONFIG_${option}`);
}

/** Modules named, with all that they need; names the kernel doesn't have are one error. */
export function closeModules(names: readonly string[], kernel: Kernel, tools: Tools): Promise<string[]> {
  return moduleClosure(names, kernel.modules, tools);
}

/** A board's device tree among those of its kernel. Throws a ToolError if the kernel has none of that name. */
export function requireDeviceTree(name: string, { deviceTrees, release }: Kernel): string {
  const file = join(deviceTrees, name);
  if (existsSync(file)) return file;
  throw new ToolError(
    `kernel ${release} has no device tree ${name}`,
    "see /deviceTree/file in the board profile",
  );
}
