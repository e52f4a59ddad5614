import type { Board } from "./config/board.ts";
import type { LoadedSite } from "./config/site.ts";
import { identifyTree } from "./core/identify-tree.ts";
import { hashSources, runStep } from "./core/steps.ts";
import type { Entry } from "./core/tree.ts";
import { identifyPackages } from "./debian/packages.ts";
import { assemble } from "./assemble.ts";
import type { FetchOptions } from "./fetch-materials.ts";
import { compressKernel } from "./base/debian/compress-kernel.ts";
import { writeInitramfs } from "./base/debian/initramfs.ts";
import { requireDeviceTree } from "./base/debian/kernel.ts";
import { suite } from "./debian/suite.ts";
import { checkDisk } from "./image/check-disk.ts";
import { publishDebian } from "./image/publish-debian.ts";
import type { Published } from "./image/publish-image.ts";
import { layerRoot } from "./image/root-layers.ts";
import { extendSquashfs, identifySquashfs, writeSquashfs, type Compression } from "./image/squashfs.ts";
import { identifyLoader, openLoader } from "./loader/loader.ts";
import { requireRoom } from "./size.ts";

export interface BuildOptions extends FetchOptions {
  /** Quick compression, for trying things out. */
  readonly fast: boolean;
}

/** board + site → plan → payload → base → image. Every step whose inputs are known is not run again. */
export async function buildImage(
  board: Board,
  loaded: LoadedSite,
  options: BuildOptions,
): Promise<Published> {
  const assembly = await assemble(board, loaded, options);
  await requireRoom(assembly, loaded);
  const { plan, format, tools, compiler, bootPackages, payload, system, packageCache } = assembly;
  const cache = packageCache.directory;

  const imageCode = await hashSources(
    "build/core/tree.ts",
    "build/image",
    "templates/boot",
    "templates/esp",
    "templates/firmware",
  );
  const squashfsCode = await hashSources("build/core/tree.ts", "build/image/squashfs.ts");
  const toolPackages = identifyPackages(tools.packages);
  const squashfs = (name: string, title: string, tree: readonly Entry[], compression: Compression) =>
    runStep(cache, {
      name,
      title,
      inputs: { tree: identifyTree(tree), compression, squashfsCode, toolPackages },
      make: (file) => writeSquashfs(tree, file, compression, tools),
    });

  const initramfs = await runStep(cache, {
    name: "initramfs",
    title: "Pack the initramfs",
    inputs: {
      tree: identifyTree(system.initramfs),
      code: await hashSources("build/base/debian/initramfs.ts", "build/core/tree.ts"),
      toolPackages,
    },
    make: (file) => writeInitramfs(system.initramfs, file, tools),
  });
  const layers = layerRoot(system.root);
  const compression = options.fast ? "fast" : "release";
  const shared = await squashfs(
    "root-shared",
    "Pack what all routers of its kind have",
    layers.shared,
    compression,
  );
  const root = await runStep(cache, {
    name: "root",
    title: "Pack what this one has of its own",
    inputs: { shared: shared.key, own: identifyTree(layers.own), squashfsCode, toolPackages },
    make: (file) => extendSquashfs(shared.path, layers.own, file, tools),
  });
  const kernel = await compressKernel(board.arch, system.kernel, tools, cache);
  const rootIdentity = await identifySquashfs(root.path);
  const deviceTree = board.deviceTree && requireDeviceTree(board.deviceTree.file, system.kernel);
  const boot = await runStep(cache, {
    name: "boot",
    title: "Pack kernel and initramfs",
    inputs: {
      ...{ board, rootIdentity, kernel: kernel.key, initramfs: initramfs.key },
      ...{ package: system.kernel.package.sha256, imageCode, toolPackages },
    },
    make: (file) =>
      format.writeBoot(
        { board, kernel: kernel.path, initramfs: initramfs.path, deviceTree, rootIdentity },
        tools,
        file,
      ),
  });
  const loader =
    board.loader &&
    (await openLoader(board.loader, {
      suite,
      cache: packageCache,
      tools,
      deviceTrees: system.kernel.deviceTrees,
    }));
  const image = await runStep(cache, {
    name: "image",
    title: "Write the disk image",
    inputs: {
      ...{ board, boot: boot.key, root: root.key, grub: identifyPackages(bootPackages) },
      loader: loader && (await identifyLoader(loader)),
      ...{ imageCode, toolPackages },
    },
    async make(file) {
      const starter = { packages: bootPackages, loader };
      await format.writeDisk(board, { boot: boot.path, root: root.path }, starter, tools, file);
      await checkDisk(format.layout(board), tools, file);
    },
  });

  const { configuration } = payload;
  const used = [...new Set([...system.packages, ...payload.packages])];
  return publishDebian(
    {
      plan,
      configuration,
      system,
      packages: used,
      bootPackages,
      loaderOrigins: loader?.origins ?? [],
      boot,
      root,
      image,
      tools,
      compiler: compiler.name,
      fast: options.fast,
    },
    options.outDirectory,
  );
}
