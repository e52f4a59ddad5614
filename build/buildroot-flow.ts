import { join } from "node:path";
import { openCheckout } from "./base/buildroot/checkout.ts";
import { buildTree } from "./base/buildroot/build.ts";
import { renderExternalTree } from "./base/buildroot/external-tree.ts";
import {
  manifestPackages,
  readSoftware,
  softwareComponents,
  weighTarget,
} from "./base/buildroot/software.ts";
import { readUserSettings } from "./base/buildroot/user-settings.ts";
import type { Board } from "./config/board.ts";
import type { LoadedSite } from "./config/site.ts";
import { hashOf } from "./core/hash.ts";
import { holdFolder } from "./core/hold-folder.ts";
import { fetchMaterials } from "./fetch-materials.ts";
import type { BuildOptions } from "./flow.ts";
import { publishImage, type Published } from "./image/publish-image.ts";
import { debianComponents } from "./image/sbom.ts";
import { makePayload } from "./payload/payload.ts";
import { runtimePackages } from "./payload/runtime.ts";
import { makePlan } from "./plan/plan.ts";

export interface BuildrootOptions extends BuildOptions {
  /** A Buildroot source tree on this machine. */
  readonly buildroot: string;
  /** Lines of a defconfig that go before ours. */
  readonly configFragment: string | undefined;
}

/** board + site → plan → payload → a BR2_EXTERNAL tree → an image that Buildroot builds. */
export async function buildWithBuildroot(
  board: Board,
  { site, files }: LoadedSite,
  options: BuildrootOptions,
): Promise<Published> {
  const checkout = await openCheckout(options.buildroot);
  const user = await readUserSettings(options.configFragment, process.env);

  const plan = makePlan(board, site, files);
  const names = ["libstdc++6", ...runtimePackages(board.arch)];
  const materials = await fetchMaterials(board.arch, names, options);
  const { tools, compiler, packages, packageCache } = materials;
  const cache = packageCache.directory;
  const payload = await makePayload(plan, files, materials);

  const tree = await renderExternalTree(plan, payload, user.text);
  const name = `${board.name}-${hashOf(checkout).slice(0, 8)}`;
  const work = join(cache, "buildroot", name);
  return holdFolder(work, cache, async () => {
    const built = await buildTree(plan, tree, user, checkout, work);

    const software = await readSoftware(built.packages, checkout, built.folders);
    return publishImage(
      {
        plan,
        configuration: payload.configuration,
        kernelRelease: built.kernelRelease,
        image: built.image,
        slot: built.slot,
        runtimePackages: packages,
        weights: await weighTarget(built.folders),
        packages: [...manifestPackages(software, board.arch), ...payload.packages],
        loader: [], // it is one of the packages
        components: [...softwareComponents(software, checkout), ...debianComponents(payload.packages)],
        tools,
        compiler: compiler.name,
        fast: options.fast,
      },
      options.outDirectory,
    );
  });
}
