import { existsSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../core/faults.ts";
import { nameOf, readYaml } from "./document.ts";

/** A profile with what its family says filled in, and which file says what. */
export interface MergedProfile {
  readonly value: unknown;
  /** The file, as a user would name it, that says what is at a path (a JSON pointer); else the profile itself. */
  readonly fileOf: (path: string) => string;
}

type Mapping = Readonly<Record<string, unknown>>;

/**
 * Reads a profile and its family (`NAME.yaml` in the first of the folders that has it), which may have a family of
 * its own. What a profile says goes before what its family says; lists of modules add up. Throws an InputError.
 */
export async function readProfile(
  file: string,
  familyFolders: readonly [string, ...string[]],
): Promise<MergedProfile> {
  const layers: { shown: string; value: unknown }[] = [];
  for (let next: string | undefined = file; next !== undefined;) {
    const layer: { shown: string; value: unknown } = {
      shown: nameOf(next),
      value: await readLayer(next, layers),
    };
    layers.push(layer);
    const family: unknown = isMapping(layer.value) ? layer.value["family"] : undefined;
    next = typeof family === "string" ? findFamily(`${family}.yaml`, familyFolders) : undefined;
  }
  const [own] = layers;
  return {
    value: layers.map(({ value }) => value).reduceRight((family, model) => mergeValues(family, model)),
    fileOf: (path) => (layers.find(({ value }) => says(value, path)) ?? own)?.shown ?? file,
  };
}

/** A family's file in the first of the folders that has it. */
export function findFamily(name: string, [first, ...others]: readonly [string, ...string[]]): string {
  const folder = [first, ...others].find((each) => existsSync(join(each, name)));
  return join(folder ?? first, name);
}

async function readLayer(file: string, below: readonly { shown: string }[]): Promise<unknown> {
  const child = below.at(-1)?.shown;
  const shown = nameOf(file);
  if (child !== undefined && below.some((layer) => layer.shown === shown)) {
    throw new InputError([{ file: child, path: "/family", fact: `leads back to ${shown}` }]);
  }
  return readYaml(file).catch((error: unknown) => {
    const isMissing = error instanceof InputError && error.faults[0]?.fact === "no such file";
    if (child === undefined || !isMissing) throw error;
    throw new InputError([{ file: child, path: "/family", fact: `there is no ${shown}` }]);
  });
}

const isMapping = (value: unknown): value is Mapping =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function mergeValues(family: unknown, model: unknown, key = ""): unknown {
  if (isMapping(family) && isMapping(model)) {
    const names = [...new Set([...Object.keys(family), ...Object.keys(model)])];
    return Object.fromEntries(
      names.map((name) => [
        name,
        name in family && name in model
          ? mergeValues(family[name], model[name], name)
          : (model[name] ?? family[name]),
      ]),
    );
  }
  if (key.endsWith("Modules") && Array.isArray(family) && Array.isArray(model)) {
    return [...new Set<unknown>([...family, ...model])];
  }
  return model;
}

function says(value: unknown, path: string): boolean {
  let at: unknown = value;
  for (const name of path.split("/").slice(1)) {
    if (typeof at !== "object" || at === null || !(name in at)) return false;
    at = (at as Mapping)[name];
  }
  return true;
}
