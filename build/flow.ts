import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Board } from "./config/board.ts";
import type { LoadedSite } from "./config/site.ts";
import { identifyTree } from "./core/identify-tree.ts";
import { step } from "./core/progress.ts";
import { hashSources, runStep } from "./core/steps.ts";
import type { Entry } from "./core/tree.ts";
import { fetchPackages, identifyPackages } from "./debian/packages.ts";
import { openCompiler } from "./debian/compiler.ts";
import { openTools } from "./debian/tools.ts";
import { assembleDebian } from "./base/debian.ts";
import { engineParts } from "./base/engines.ts";
import { compressKernel } from "./base/compress-kernel.ts";
import { writeInitramfs } from "./base/initramfs.ts";
import { requireDeviceTree } from "./base/kernel.ts";
import { rootPackages, suite } from "./base/packages.ts";
import { formatOf } from "./image/formats.ts";
import { publish, type Published } from "./image/publish.ts";
import { layerRoot } from "./image/root-layers.ts";
import { extendSquashfs, identifySquashfs, writeSquashfs, type Compression } from "./image/squashfs.ts";
import { identifyLoader, openLoader } from "./loader/loader.ts";
import { makePayload } from "./payload/payload.ts";
import { runtimePackages } from "./payload/runtime.ts";
import { makePlan } from "./plan/plan.ts";

export interface BuildOptions {
  /** `out/` */
  readonly outDirectory: string;
  /** Quick compression, for trying things out. */
  readonly fast: boolean;
  /** Ask the archive for newer packages. */
  readonly refresh: boolean;
}

/** board + site → plan → payload → base → image. Every step whose inputs are known is not run again. */
export async function buildImage(
  board: Board,
  { site, files }: LoadedSite,
  options: BuildOptions,
): Promise<Published> {
  const cache = join(options.outDirectory, ".cache");
  const packageCache = { directory: cache, refresh: options.refresh };
  await mkdir(cache, { recursive: true });

  const plan = makePlan(board, site, files);

  const tools = await step("Fetch the tools", () => openTools(suite, packageCache));
  const compiler = await step("Fetch the compiler", () => openCompiler(suite, board.arch, packageCache));
  const { engine } = site.proxy;
  const names = [
    board.kernel.package,
    ...rootPackages,
    ...runtimePackages(board.arch),
    ...engineParts[engine].packages,
  ];
  const request = { suite, architecture: board.arch, names };
  const packages = await step("Fetch Debian packages", () => fetchPackages(request, packageCache));
  const format = formatOf(board);
  const bootRequest = { suite, architecture: board.arch, names: format.loaderPackages(board) };
  const bootPackages =
    bootRequest.names.length === 0
      ? []
      : await step("Fetch the boot loader", () => fetchPackages(bootRequest, packageCache));

  const payload = await makePayload(plan, files, packages, compiler, cache);
  const system = await assembleDebian(plan, payload.tree, packages, tools, cache);

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
      code: await hashSources("build/base/initramfs.ts", "build/core/tree.ts"),
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
    make: (file) =>
      format.writeDisk(
        board,
        { boot: boot.path, root: root.path },
        { packages: bootPackages, loader },
        tools,
        file,
      ),
  });

  const { configuration } = payload;
  const used = [...new Set([...system.packages, ...payload.packages])];
  return publish(
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
