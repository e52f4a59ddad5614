import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Board } from "../../config/board.ts";
import { InputError, ToolError } from "../../core/faults.ts";
import { hashFile, hashOf } from "../../core/hash.ts";
import { identifyTree } from "../../core/identify-tree.ts";
import { note, step } from "../../core/progress.ts";
import { writeTree, type Entry } from "../../core/tree.ts";
import type { Plan } from "../../plan/plan.ts";
import type { Checkout } from "./checkout.ts";
import { calmPace, watchBuild, type Pace } from "./build-watch.ts";
import { configure, configureKernel } from "./configure.ts";
import { bootImage } from "./disk.ts";
import { diskImage } from "./external-tree.ts";
import { printKernelFragment } from "./kernel-fragment.ts";
import { makeTarget, type BuildFolders } from "./make.ts";
import { forgetWhatIsOutdated } from "./outdated.ts";
import { readPackages, type PackageInfo } from "./package-info.ts";
import type { UserSettings } from "./user-settings.ts";

/** What Buildroot has made. Paths are absolute. */
export interface Built {
  readonly folders: BuildFolders;
  /** All that it was to build, for the target and for this machine. */
  readonly packages: readonly PackageInfo[];
  readonly image: { readonly path: string; readonly key: string };
  readonly slot: { readonly boot: string; readonly root: string };
  /** `6.12.104`, as its modules' folder is called. */
  readonly kernelRelease: string;
}

/**
 * Has a Buildroot tree build the external tree. Everything is below `work`, which is kept: Buildroot goes on
 * from what it has built before, and builds anew what is another.
 */
export async function buildTree(
  plan: Plan,
  tree: readonly Entry[],
  user: UserSettings,
  checkout: Checkout,
  work: string,
  pace: Pace = calmPace,
): Promise<Built> {
  const folders = {
    external: join(work, "external"),
    output: join(work, "output"),
    log: join(work, "build.log"),
  };
  if (/\s/.test(work)) {
    const fact = "has a space in its path, which Buildroot can't take";
    throw new InputError([{ file: work, path: "", fact, hint: "move or rename Halfbridge's folder" }]);
  }
  await mkdir(work, { recursive: true });
  await rm(folders.log, { force: true });
  await replaceTree(tree, folders.external);
  await step("Configure Buildroot", () => configure(`${plan.board.name}_defconfig`, user, checkout, folders));
  const packages = await readPackages(checkout, folders);
  await forgetWhatIsOutdated({ tree, user, checkout, packages, folders }, join(work, "built.json"));
  note(`  all that Buildroot says: ${folders.log}`);
  const watch = watchBuild(packages, folders.output, pace);
  await step("Configure the kernel", (_, show) => {
    show(watch.activity, pace.everyMs);
    return configureKernel(printKernelFragment(plan).needed, checkout, folders, watch.onLine);
  });
  await removeImages(folders, plan.board);
  await step("Build with Buildroot", (_, show) => {
    show(watch.activity, pace.everyMs);
    return makeTarget("all", checkout, folders, watch.onLine);
  });
  return { packages, ...(await collect(folders, plan.board, identifyTree(tree))) };
}

/** Buildroot knows the tree by its place, so it is the same one every time. */
async function replaceTree(tree: readonly Entry[], at: string): Promise<void> {
  const unfinished = `${at}.${process.pid}.tmp`;
  try {
    await rm(unfinished, { recursive: true, force: true });
    await writeTree(tree, unfinished);
    await rm(at, { recursive: true, force: true });
    await rename(unfinished, at);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

const imagesOf = ({ output }: BuildFolders, board: Board) => ({
  disk: join(output, "images", diskImage),
  boot: join(output, "images", bootImage(board)),
  root: join(output, "images", "rootfs.squashfs"),
});

/** What an earlier build left must not pass for this one's. */
async function removeImages(folders: BuildFolders, board: Board): Promise<void> {
  await Promise.all(Object.values(imagesOf(folders, board)).map((file) => rm(file, { force: true })));
}

async function collect(
  folders: BuildFolders,
  board: Board,
  treeIdentity: string,
): Promise<Omit<Built, "packages">> {
  const { disk, boot, root } = imagesOf(folders, board);
  const missing = [disk, boot, root].filter((file) => !existsSync(file));
  if (missing.length > 0) {
    const names = missing.map((file) => file.slice(folders.output.length + 1)).join(", ");
    throw new ToolError(
      `Buildroot ended without an error, but hasn't made ${names}`,
      `all that it said is in ${folders.log}`,
    );
  }
  if ((await stat(disk)).size === 0) throw new ToolError(`${disk} is empty`);
  const modules = join(folders.output, "target", "lib", "modules");
  const [release, ...others] = await readdir(modules);
  if (release === undefined || others.length > 0) {
    throw new ToolError(
      `${modules}: has ${others.length === 0 ? "no kernel's" : "several kernels'"} modules`,
    );
  }
  const key = hashOf([treeIdentity, await hashFile(boot), await hashFile(root)]);
  return {
    folders,
    image: { path: disk, key },
    slot: { boot, root },
    kernelRelease: release,
  };
}
