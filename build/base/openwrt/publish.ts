import { copyFile, readFile, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { OpenwrtBoard } from "../../config/board.ts";
import { checksums, hashFile } from "../../core/hash.ts";
import { projectVersion } from "../../core/project-version.ts";
import { step } from "../../core/progress.ts";
import { replaceFolder } from "../../core/replace-folder.ts";
import { writeTree } from "../../core/tree.ts";
import { debianComponents, formatSbom } from "../../image/sbom.ts";
import { weigh, type Weight } from "../../image/sizes.ts";
import { nodeRelease } from "../../payload/runtime.ts";
import type { Made } from "../export-base.ts";
import type { OpenwrtResult } from "./build-with-imagebuilder.ts";
import { mergeSboms } from "./merge-sboms.ts";

/** What manifest.json says of OpenWrt's images. Sizes in bytes. */
export interface OpenwrtManifest {
  readonly halfbridge: string;
  readonly board: string;
  readonly site: string;
  readonly mode: string;
  readonly dialect: string;
  readonly base: "openwrt";
  readonly architecture: string;
  readonly planHash: string;
  readonly openwrt: {
    readonly from: "imagebuilder" | "source";
    readonly version: string;
    readonly revision: string;
    readonly target: string;
    readonly profile: string;
  };
  readonly kernel: string;
  readonly node: string;
  readonly addonCompiler: string;
  readonly images: readonly {
    readonly file: string;
    readonly type: string;
    readonly filesystem: string | null;
    readonly bytes: number;
    readonly sha256: string;
  }[];
  /** What our files weigh before compression, by where they are from. */
  readonly weights: readonly Weight[];
  /** OpenWrt's packages. */
  readonly packages: Readonly<Record<string, string>>;
}

export interface OpenwrtPublished {
  readonly directory: string;
  readonly manifest: OpenwrtManifest;
}

/** Puts images, what they are made of, and the log into a folder, whole or not at all. */
export function publishOpenwrt(
  made: Made<OpenwrtBoard>,
  result: OpenwrtResult,
  directory: string,
): Promise<OpenwrtPublished> {
  return step(`Publish to ${directory}`, async () => ({
    directory,
    manifest: await replaceFolder(directory, (unfinished) => writeAll(made, result, unfinished)),
  }));
}

async function writeAll(
  { plan, payload, packages, compiler }: Made<OpenwrtBoard>,
  result: OpenwrtResult,
  directory: string,
): Promise<OpenwrtManifest> {
  const { board, site } = plan;
  const { overview, from, files } = result;
  const at = (name: string) => join(directory, name);
  const copy = (name: string) => copyFile(join(result.directory, name), at(name));
  const built = overview.profiles[board.openwrt.profile];
  const images = await Promise.all(
    (built?.images ?? []).map(async ({ name, type, filesystem }) => {
      await copy(name);
      const bytes = (await stat(at(name))).size;
      return { file: name, type, filesystem: filesystem ?? null, bytes, sha256: await hashFile(at(name)) };
    }),
  );
  const others = (await readdir(result.directory)).filter((name) =>
    /\.(manifest|bom\.cdx\.json)$/.test(name),
  );
  for (const name of [...others, "profiles.json"]) await copy(name);
  await copyFile(result.log, at("build.log"));
  const version = await projectVersion();
  const node = await nodeRelease(board.arch, packages);
  const manifest: OpenwrtManifest = {
    halfbridge: version,
    board: board.name,
    site: site.name,
    mode: site.mode,
    dialect: site.dialect,
    base: "openwrt",
    architecture: board.arch,
    planHash: plan.hash,
    openwrt: {
      from: from.kind,
      version: from.version,
      revision: overview.version_code,
      target: overview.target,
      profile: board.openwrt.profile,
    },
    kernel: overview.linux_kernel?.version ?? "",
    node: node.version,
    addonCompiler: compiler,
    images,
    weights: weigh(files.tree, files.packages),
    packages: Object.fromEntries(result.packages),
  };
  await writeFile(at("manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  const [image = { file: "none", bytes: 0, sha256: "" }] = images;
  const ours = formatSbom(
    { ...manifest, image, loader: [] },
    version,
    debianComponents(files.packages),
    node,
  );
  const bom = others.find((name) => name.endsWith(".bom.cdx.json"));
  await writeFile(at("sbom.cdx.json"), mergeSboms(ours, bom && (await readFile(at(bom), "utf8"))));
  await writeFile(at("plan.json"), `${JSON.stringify(plan, null, 2)}\n`);
  await writeTree(payload.configuration, at("payload"));
  const names = [
    ...images.map(({ file }) => file),
    ...others,
    "profiles.json",
    "manifest.json",
    "sbom.cdx.json",
  ];
  await writeFile(at("SHA256SUMS"), await checksums(directory, names));
  return manifest;
}
