import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { suite } from "./base/packages.ts";
import { step } from "./core/progress.ts";
import type { Architecture } from "./debian/architectures.ts";
import { openCompiler, type Compiler } from "./debian/compiler.ts";
import { fetchPackages, type Package, type PackageCache } from "./debian/packages.ts";
import { openTools, type Tools } from "./debian/tools.ts";

export interface FetchOptions {
  /** `out/` */
  readonly outDirectory: string;
  /** Ask the archive for newer packages. */
  readonly refresh: boolean;
}

/** What a router is made of, and made by, on every base. */
export interface Materials {
  readonly tools: Tools;
  readonly compiler: Compiler;
  /** Those that were asked for, and all that they depend on. */
  readonly packages: readonly Package[];
  /** Results of steps are there, too. */
  readonly packageCache: PackageCache;
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
  return { tools, compiler, packages, packageCache };
}
