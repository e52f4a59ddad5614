import type { Board } from "./config/board.ts";
import type { LoadedSite } from "./config/site.ts";
import { step } from "./core/progress.ts";
import type { Compiler } from "./debian/compiler.ts";
import { fetchPackages, type Package, type PackageCache } from "./debian/packages.ts";
import { suite } from "./debian/suite.ts";
import type { Tools } from "./debian/tools.ts";
import { assembleDebian, type System } from "./base/debian/base.ts";
import { engineParts } from "./base/debian/engines.ts";
import { rootPackages } from "./base/debian/packages.ts";
import { fetchMaterials, type FetchOptions } from "./fetch-materials.ts";
import type { ImageFormat } from "./image/format.ts";
import { formatOf } from "./image/formats.ts";
import { makePayload, type Payload } from "./payload/payload.ts";
import { runtimePackages } from "./payload/runtime.ts";
import { makePlan, type Plan } from "./plan/plan.ts";

/** All that an image is made of, before any of it is packed. */
export interface Assembly {
  readonly plan: Plan;
  readonly format: ImageFormat;
  readonly tools: Tools;
  readonly compiler: Compiler;
  readonly payload: Payload;
  readonly system: System;
  /** Packages that the format's own boot loader is from. */
  readonly bootPackages: readonly Package[];
  /** Results of steps are there, too. */
  readonly packageCache: PackageCache;
}

/** board + site → plan → payload → base: fetches and compiles what is needed, and puts trees together. */
export async function assemble(
  board: Board,
  { site, files }: LoadedSite,
  options: FetchOptions,
): Promise<Assembly> {
  const plan = makePlan(board, site, files);
  const materials = await fetchMaterials(
    board.arch,
    [
      board.kernel.package,
      ...rootPackages,
      ...runtimePackages(board.arch),
      ...engineParts[site.proxy.engine].packages,
    ],
    options,
  );
  const { tools, compiler, packages, packageCache } = materials;
  const format = formatOf(board);
  const bootRequest = { suite, architecture: board.arch, names: format.loaderPackages(board) };
  const bootPackages =
    bootRequest.names.length === 0
      ? []
      : await step("Fetch the boot loader", () => fetchPackages(bootRequest, packageCache));

  const cache = packageCache.directory;
  const payload = await makePayload(plan, files, materials);
  const system = await assembleDebian(plan, payload.tree, packages, tools, cache);
  return { plan, format, tools, compiler, payload, system, bootPackages, packageCache };
}
