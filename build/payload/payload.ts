import { chmod, mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { NamedFile } from "../config/site-files.ts";
import { hashSources, runStep } from "../core/steps.ts";
import { copyOf, mergeTrees, type Entry } from "../core/tree.ts";
import { identifyPackages, type Package, type PackageCache } from "../debian/packages.ts";
import type { Compiler } from "../debian/compiler.ts";
import type { AnyPlan } from "../plan/plan.ts";
import { bundleProgram, programs } from "./bundle.ts";
import { addons, compileAddon } from "./compile-addon.ts";
import { renderConfiguration } from "./configuration.ts";
import { makeRuntime, nodeRelease, runtimeFolder, runtimeOrigins } from "./runtime.ts";
import { makeStartSnapshot, startSnapshotName } from "./start-snapshot.ts";

export interface Payload {
  /** All of it, by the paths that it has on the router. */
  readonly tree: readonly Entry[];
  /** The part that is text: configuration, rules, init scripts. */
  readonly configuration: readonly Entry[];
  /** The Debian packages that the runtime is from, its libraries among them. */
  readonly packages: readonly Package[];
}

/** What it is made of, and made by. */
export interface PayloadMaterials {
  /** Those that were asked for, and all that they depend on. */
  readonly packages: readonly Package[];
  readonly compiler: Compiler;
  /** For the architecture's Node to run on this machine; empty where it needn't. */
  readonly emulator: readonly Package[];
  /** Results of steps are there, too. */
  readonly packageCache: PackageCache;
}

/**
 * What is the same on every base: rendered configuration, rules and init scripts, and the proxy with its
 * own Node runtime in one private folder.
 */
export async function makePayload(
  plan: AnyPlan,
  files: readonly NamedFile[],
  { packages, compiler, emulator, packageCache }: PayloadMaterials,
): Promise<Payload> {
  const { arch } = plan.board;
  const cache = packageCache.directory;
  const origins = await runtimeOrigins(arch, packages);
  const runtime = await runStep(cache, {
    name: "runtime",
    title: "Make the proxy's Node runtime",
    inputs: {
      node: await nodeRelease(arch, packages),
      libraries: identifyPackages(origins.packages),
      compiler: identifyPackages(compiler.packages),
      code: await hashSources(
        "build/payload/runtime.ts",
        "build/payload/order-pages.ts",
        "build/payload/start-pages.ts",
        "build/payload/start-pages",
        "build/debian",
      ),
    },
    make: (folder) => makeRuntime(arch, packages, compiler, folder),
  });
  const snapshot =
    emulator.length === 0
      ? undefined
      : await runStep(cache, {
          name: "start-snapshot",
          title: "Make a snapshot of Node's start",
          inputs: {
            runtime: runtime.key,
            emulator: identifyPackages(emulator),
            code: await hashSources("build/payload/start-snapshot.ts"),
          },
          make: (file) => makeStartSnapshot(arch, runtime.path, origins.builtins, emulator, file),
        });
  const proxy = await runStep(cache, {
    name: "proxy",
    title: "Bundle the router's programs and compile the proxy's addons",
    inputs: {
      arch,
      compiler: identifyPackages(compiler.packages),
      code: await hashSources(
        "package-lock.json",
        "proxy",
        "build/config",
        "build/core",
        "build/plan",
        "build/payload",
        "build/router",
        "build/debian/compiler.ts",
      ),
    },
    make: async (folder) => {
      await mkdir(folder);
      for (const name of Object.keys(programs) as (keyof typeof programs)[])
        await writeFile(join(folder, name), await bundleProgram(name));
      for (const name of Object.keys(addons) as (keyof typeof addons)[]) {
        await compileAddon(compiler, name, join(folder, name));
        await chmod(join(folder, name), 0o644);
      }
    },
  });
  const configuration = await renderConfiguration(plan, files);
  const program = mergeTrees(
    await treeOf(runtime.path, runtimeFolder),
    snapshot === undefined ? [] : [copyOf(`${runtimeFolder}/${startSnapshotName}`, snapshot.path)],
    origins.builtins.map(({ path, file }) => copyOf(path, file, 0o644)),
    (await treeOf(proxy.path, "/usr/lib/halfbridge")).filter(
      ({ path }) => plan.site.proxy.engine === "squid" || !path.endsWith("/squid-lists.cjs"),
    ),
  );
  return { tree: mergeTrees(configuration, program), configuration, packages: origins.packages };
}

async function treeOf(folder: string, at: string): Promise<Entry[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((file) =>
      copyOf(at + file.slice(folder.length), file, /\/(node|ld-linux[^/]*)$/.test(file) ? 0o755 : 0o644),
    );
}
