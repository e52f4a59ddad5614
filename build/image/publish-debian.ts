import type { System } from "../base/debian/base.ts";
import type { StepResult } from "../core/steps.ts";
import type { Entry } from "../core/tree.ts";
import type { Package } from "../debian/packages.ts";
import type { Tools } from "../debian/tools.ts";
import type { Origin } from "../loader/loader.ts";
import type { Plan } from "../plan/plan.ts";
import { publishImage, type Published } from "./publish-image.ts";
import { debianComponents } from "./sbom.ts";
import { weigh } from "./sizes.ts";

/** All that a build of the debian base made, and what it was made of. */
export interface BuildResult {
  readonly plan: Plan;
  readonly configuration: readonly Entry[];
  readonly system: System;
  /** Packages that anything in the system is from. */
  readonly packages: readonly Package[];
  /** Packages that the boot loader is from. */
  readonly bootPackages: readonly Package[];
  /** What a loader is from that the image brings along. */
  readonly loaderOrigins: readonly Origin[];
  readonly boot: StepResult;
  readonly root: StepResult;
  readonly image: StepResult;
  readonly tools: Tools;
  /** What compiled the addon. */
  readonly compiler: string;
  /** Leave out the files that are for downloading. */
  readonly fast: boolean;
}

/** What Debian's packages were made into, put into `out/<board>/`. */
export function publishDebian(result: BuildResult, outDirectory: string): Promise<Published> {
  const { plan, configuration, system, boot, root, image, tools, compiler, fast } = result;
  const packages = [
    ...result.packages,
    ...result.bootPackages.filter(
      // the system may have something of it, too: halfbridge-slot has GRUB's editor of its environment
      ({ name, sha256 }) =>
        name.startsWith("grub-") && result.packages.every((used) => used.sha256 !== sha256),
    ),
  ];
  return publishImage(
    {
      plan,
      configuration,
      kernelRelease: system.kernel.release,
      image,
      slot: { boot: boot.path, root: root.path },
      runtimePackages: result.packages,
      weights: weigh(system.root, packages),
      packages,
      loader: result.loaderOrigins,
      components: debianComponents(packages),
      tools,
      compiler,
      fast,
    },
    outDirectory,
  );
}
