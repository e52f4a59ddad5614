import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { ToolError } from "../core/faults.ts";
import type { Tools } from "./tools.ts";

/** A kernel's modules on this machine: `/lib/modules/<release>` in the image. */
export interface ModuleStore {
  /** `6.12.107+deb13-amd64`. */
  readonly release: string;
  /** The folder that holds `kernel/`, `modules.builtin` and so on. */
  readonly directory: string;
  /** Paths relative to `directory`, by name with `-` written as `_`. */
  readonly files: ReadonlyMap<string, string>;
  readonly builtin: ReadonlySet<string>;
}

const moduleName = (path: string): string =>
  basename(path)
    .replace(/\.ko(\.xz|\.zst|\.gz)?$/, "")
    .replaceAll("-", "_");

/** Reads which modules a kernel package has. */
export async function openModules(
  directory: string,
  release: string,
  builtinList: string,
): Promise<ModuleStore> {
  const paths = (await readdir(join(directory, "kernel"), { recursive: true })).filter((path) =>
    path.includes(".ko"),
  );
  return {
    release,
    directory,
    files: new Map(paths.sort().map((path) => [moduleName(path), join("kernel", path)])),
    builtin: new Set(builtinList.split("\n").map(moduleName)),
  };
}

/**
 * The modules named and all that they need: hard dependencies and soft ones (nf_tables' libcrc32c only
 * *soft*-depends on crc32c, and doesn't load without it). Paths relative to the store; every name that is
 * neither a module nor built in is told in one error.
 */
export async function moduleClosure(
  names: readonly string[],
  store: ModuleStore,
  tools: Tools,
): Promise<string[]> {
  const missing = missingModules(names, store);
  if (missing.length > 0) {
    throw new ToolError(`kernel ${store.release} lacks modules: ${missing.join(", ")}`);
  }
  const found = new Map<string, string>();
  let fresh = [...new Set(names.map(moduleName))];
  while (fresh.length > 0) {
    const paths = fresh.flatMap((name) => store.files.get(name) ?? []);
    for (const path of paths) found.set(moduleName(path), path);
    const dependencies = paths.length === 0 ? [] : await dependenciesOf(paths, store, tools);
    fresh = [...new Set(dependencies)].filter((name) => store.files.has(name) && !found.has(name));
  }
  return [...found.values()].sort();
}

/** The names that are neither modules of this kernel nor built into it. */
export function missingModules(names: readonly string[], store: ModuleStore): string[] {
  return names.map(moduleName).filter((name) => !store.files.has(name) && !store.builtin.has(name));
}

/** Where drivers of network devices are, and of the buses and switches that these are behind. */
const networkFolders = /^kernel\/drivers\/(net\/(ethernet|dsa|usb)|usb\/(host|dwc[23])|pci)\//;

/**
 * Modules that drive a device of a device tree, by its values of `compatible`: those among the names, or if none
 * does, all others. What is built in says of nothing what it is for.
 */
export async function findDrivers(
  compatible: readonly string[],
  names: readonly string[],
  store: ModuleStore,
  tools: Tools,
): Promise<{ readonly listed: string[]; readonly others: string[] }> {
  const drives = async (files: readonly string[]): Promise<string[]> => {
    const found: string[] = [];
    for (let at = 0; at < files.length; at += 50) {
      const paths = files.slice(at, at + 50).map((file) => join(store.directory, file));
      const { stdout } = await tools.run("modinfo", paths);
      found.push(...parseDrivers(stdout, compatible));
    }
    return found;
  };
  const listed = await drives(names.flatMap((name) => store.files.get(moduleName(name)) ?? []));
  if (listed.length > 0) return { listed, others: [] };
  return {
    listed,
    others: await drives([...store.files.values()].filter((file) => networkFolders.test(file))),
  };
}

/** From what modinfo says of modules: `filename: …/dwmac-rk.ko.xz`, `alias: of:N*T*Crockchip,rk3328-gmac`. */
function parseDrivers(text: string, compatible: readonly string[]): string[] {
  const found = new Set<string>();
  let module = "";
  for (const line of text.split("\n")) {
    const [, field, value = ""] = /^(filename|alias): +(.*)$/.exec(line) ?? [];
    if (field === "filename") module = moduleName(value);
    const device = /^of:N.*T.*?C(.*?)(?:C\*)?$/.exec(field === "alias" ? value : "")?.[1];
    if (device !== undefined && compatible.includes(device)) found.add(module);
  }
  return [...found];
}

async function dependenciesOf(paths: readonly string[], store: ModuleStore, tools: Tools): Promise<string[]> {
  const files = paths.map((path) => join(store.directory, path));
  const hard = await tools.run("modinfo", ["-F", "depends", ...files]);
  const soft = await tools.run("modinfo", ["-F", "softdep", ...files]);
  return [
    ...hard.stdout.split(/[\n,]/),
    ...soft.stdout.split(/\s+/).filter((word) => !/^(pre|post):$/.test(word)),
  ]
    .filter((name) => name !== "")
    .map(moduleName);
}
