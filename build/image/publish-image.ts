import { existsSync } from "node:fs";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { checksums, hashFile, hashOf } from "../core/hash.ts";
import { projectVersion } from "../core/project-version.ts";
import { replaceFolder } from "../core/replace-folder.ts";
import { run } from "../core/run.ts";
import { wantsUpdates } from "../debian/mirrors.ts";
import { step } from "../core/progress.ts";
import { hashSources } from "../core/steps.ts";
import { writeTree, type Entry } from "../core/tree.ts";
import type { Package } from "../debian/packages.ts";
import type { Tools } from "../debian/tools.ts";
import { nodeRelease } from "../payload/runtime.ts";
import type { Origin } from "../loader/loader.ts";
import type { Plan } from "../plan/plan.ts";
import { renderFlashingPage } from "./flashing-page.ts";
import { formatOf } from "./formats.ts";
import { makeManifest, type Manifest, type ManifestPackage } from "./manifest.ts";
import { formatSbom, type SoftwareComponent } from "./sbom.ts";
import type { Weight } from "./sizes.ts";

/** All that a base made, and what it was made of. */
export interface Publication {
  readonly plan: Plan;
  readonly configuration: readonly Entry[];
  readonly kernelRelease: string;
  /** The disk image, and the identity of what it was made of. */
  readonly image: { readonly path: string; readonly key: string };
  /** The files of the first slot's partitions. */
  readonly slot: { readonly boot: string; readonly root: string };
  readonly weights: readonly Weight[];
  /** Debian packages that the proxy's runtime is from. */
  readonly runtimePackages: readonly Package[];
  readonly packages: readonly ManifestPackage[];
  /** What a boot loader is from that the image brings along. */
  readonly loader: readonly Origin[];
  readonly components: readonly SoftwareComponent[];
  readonly tools: Tools;
  /** What compiled the addon. */
  readonly compiler: string;
  /** Leave out the files that are for downloading. */
  readonly fast: boolean;
}

/** What is in `out/<board>/`. */
export interface Published {
  readonly directory: string;
  readonly image: string;
  readonly plan: Plan;
  readonly manifest: Manifest;
  /** False when all of it was there already. */
  readonly fresh: boolean;
}

/** Puts everything that people take away into `out/<board>/`, whole or not at all. */
export async function publishImage(result: Publication, outDirectory: string): Promise<Published> {
  const { plan } = result;
  const directory = join(outDirectory, plan.board.name);
  const name = `halfbridge-${plan.board.name}-${plan.site.name}.img`;
  const key = hashOf({
    plan: plan.hash,
    image: result.image.key,
    fast: result.fast,
    version: await projectVersion(),
    packages: result.packages,
    code: await hashSources("build/image", "templates/image"),
  });
  const stamp = join(directory, ".published");
  const image = join(directory, name);
  if (existsSync(image) && existsSync(stamp) && (await readFile(stamp, "utf8")) === key) {
    const manifest = JSON.parse(await readFile(join(directory, "manifest.json"), "utf8")) as Manifest;
    return { directory, image, plan, manifest, fresh: false };
  }
  const manifest = await step(`Publish to ${directory}`, () =>
    replaceFolder(directory, async (unfinished) => {
      const made = await writeAll(result, unfinished, name);
      await writeFile(join(unfinished, ".published"), key);
      return made;
    }),
  );
  return { directory, image, plan, manifest, fresh: true };
}

async function writeAll(result: Publication, directory: string, name: string): Promise<Manifest> {
  const { plan, packages, slot } = result;
  const at = (file: string) => join(directory, file);
  const image = at(name);
  const compressed = `${name}.gz`;
  const bmap = `${name}.bmap`;
  // A copy, so that nothing that happens to it reaches the cache; holes stay holes.
  await run(["cp", "--sparse=always", result.image.path, image]);
  const [sha256] = await Promise.all([
    hashFile(image),
    result.fast ? undefined : compress(image, result.tools),
    result.fast ? undefined : run(["bmaptool", "create", "--output", at(bmap), image]),
  ]);
  const node = await nodeRelease(plan.board.arch, result.runtimePackages);
  const version = await projectVersion();
  const manifest = makeManifest({
    plan,
    version,
    debianUpdates: wantsUpdates(),
    kernelRelease: result.kernelRelease,
    node,
    addonCompiler: result.compiler,
    image: { file: name, bytes: (await stat(image)).size, sha256 },
    compressed: result.fast ? null : { file: compressed, bytes: (await stat(at(compressed))).size },
    slot: { bootBytes: (await stat(slot.boot)).size, rootBytes: (await stat(slot.root)).size },
    layout: formatOf(plan.board).layout(plan.board),
    weights: result.weights,
    packages,
    loader: result.loader,
  });
  await writeFile(at("manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  await writeFile(at("sbom.cdx.json"), formatSbom(manifest, version, result.components, node));
  if (!result.fast) await writeTree(await renderFlashingPage(plan, manifest, bmap), directory);
  await writeFile(at("plan.json"), `${JSON.stringify(plan, null, 2)}\n`);
  await writeTree(result.configuration, at("payload"));
  const downloads = result.fast ? [] : [compressed, bmap, "FLASHING.md"];
  await writeFile(
    at("SHA256SUMS"),
    await checksums(directory, [name, ...downloads, "manifest.json", "sbom.cdx.json"]),
  );
  return manifest;
}

/** Adds `.gz`, which balenaEtcher and bmaptool open; pigz writes the same bytes with any number of threads. */
function compress(image: string, tools: Tools): Promise<unknown> {
  return tools.run("pigz", ["--no-name", "--keep", image]);
}
