import { readFile, readdir } from "node:fs/promises";
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

/**
 * What devices of a device tree the modules, and all that is built in, are for: values of `compatible`, from
 * aliases such as `of:N*T*Crockchip,rk3328-gmac`.
 */
export async function drivenDevices(
  names: readonly string[],
  store: ModuleStore,
  tools: Tools,
): Promise<ReadonlySet<string>> {
  const files = names.flatMap((name) => store.files.get(moduleName(name)) ?? []);
  const { stdout } =
    files.length === 0
      ? { stdout: "" }
      : await tools.run("modinfo", ["-F", "alias", ...files.map((file) => join(store.directory, file))]);
  // each entry ends with a zero byte: `dwc3.alias=of:N*T*Csnps,dwc3`
  const builtin = await readFile(join(store.directory, "modules.builtin.modinfo"), "utf8");
  const aliases = [
    ...stdout.split("\n"),
    ...builtin.split("\0").map((entry) => entry.replace(/^[^=]*=/, "")),
  ];
  return new Set(aliases.flatMap((alias) => /^of:N.*T.*?C(.*?)(?:C\*)?$/.exec(alias)?.[1] ?? []));
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
