import { existsSync } from "node:fs";
import { readFile, realpath } from "node:fs/promises";
import { join } from "node:path";
import { InputError } from "../../core/faults.ts";

/** A Buildroot source tree on this machine. It is only read: all that it builds goes elsewhere. */
export interface Checkout {
  readonly directory: string;
  /** `2026.02.3`, as its Makefile says. */
  readonly version: string;
}

/** The first release that has all that the external tree asks for. */
export const oldestBuildroot = "2025.02";

/** Throws an InputError where there is no Buildroot, or one that is too old. */
export async function openCheckout(directory: string, flag = "--buildroot"): Promise<Checkout> {
  const refuse = (fact: string, hint: string): never => {
    throw new InputError([{ file: `${flag} ${directory}`, path: "", fact, hint }]);
  };
  const makefile = join(directory, "Makefile");
  if (!existsSync(makefile))
    return refuse("no Makefile is there", "give the folder of a Buildroot source tree");
  const version = /^export BR2_VERSION := (\S+)$/m.exec(await readFile(makefile, "utf8"))?.[1];
  if (version === undefined)
    return refuse("its Makefile isn't Buildroot's", "give the folder of a Buildroot source tree");
  if (version.slice(0, oldestBuildroot.length) < oldestBuildroot) {
    return refuse(`is Buildroot ${version}`, `${oldestBuildroot} is the first that this works with`);
  }
  const real = await realpath(directory);
  if (/\s/.test(real))
    return refuse("has a space in its path, which Buildroot can't take", "move or rename it");
  return { directory: real, version };
}
