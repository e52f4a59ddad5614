import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { step } from "./core/progress.ts";
import { hostArchitecture, type Architecture } from "./debian/architectures.ts";
import { openCompiler } from "./debian/compiler.ts";
import { fetchPackages } from "./debian/packages.ts";
import { suite } from "./debian/suite.ts";
import { openTools, type Tools } from "./debian/tools.ts";
import type { PayloadMaterials } from "./payload/payload.ts";
import { snapshotPackages } from "./payload/runtime.ts";

export interface FetchOptions {
  /** `out/` */
  readonly outDirectory: string;
  /** Ask the archive for newer packages. */
  readonly refresh: boolean;
}

/** What a router is made of, and made by, on every base. */
export interface Materials extends PayloadMaterials {
  readonly tools: Tools;
}

/** Fetches tools, the compiler for an architecture, and that architecture's packages of these names. */
export async function fetchMaterials(
  architecture: Architecture,
  names: readonly string[],
  { outDirectory, refresh }: FetchOptions,
): Promise<Materials> {
  const packageCache = { directory: join(outDirectory, ".cache"), refresh };
  await mkdir(packageCache.directory, { recursive: true });
  const tools = await step("Fetch the tools", () => openTools(suite, packageCache));
  const compiler = await step("Fetch the compiler", () => openCompiler(suite, architecture, packageCache));
  const request = { suite, architecture, names };
  const packages = await step("Fetch Debian packages", () => fetchPackages(request, packageCache));
  const forHere = { suite, architecture: hostArchitecture(), names: snapshotPackages(architecture) };
  const emulator =
    forHere.names.length === 0
      ? []
      : await step("Fetch an emulator", () => fetchPackages(forHere, packageCache));
  return { tools, compiler, packages, emulator, packageCache };
}
