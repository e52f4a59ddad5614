import { existsSync, lstatSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Architecture } from "../../debian/architectures.ts";
import type { ManifestPackage } from "../../image/manifest.ts";
import type { SoftwareComponent } from "../../image/sbom.ts";
import type { Weight } from "../../image/sizes.ts";
import type { Checkout } from "./checkout.ts";
import { askMake, type BuildFolders } from "./make.ts";
import type { PackageInfo } from "./package-info.ts";

/** Packages that a router has or is started by: not what ran on this machine, nor what only stands for others. */
export async function readSoftware(
  packages: readonly PackageInfo[],
  checkout: Checkout,
  folders: BuildFolders,
): Promise<PackageInfo[]> {
  const replaced = await readReplacedSources(checkout, folders);
  return packages
    .filter(({ type, virtual, version }) => type === "target" && virtual !== true && version !== undefined)
    .map((info) => (replaced.has(variableOf(info.name)) ? withoutRecipe(info) : info))
    .map((info) => ({ ...info, version: info.version || versionOfOwn(info, checkout) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** What a package is called in variables of Buildroot's. */
const variableOf = (name: string): string => name.toUpperCase().replaceAll("-", "_");

/**
 * Packages that the user has a source tree of their own for (`X_OVERRIDE_SRCDIR`): what `show-info` says of them
 * is the recipe's, and not what was built. Ours is such a one, too, and is what it says.
 */
async function readReplacedSources(checkout: Checkout, folders: BuildFolders): Promise<Set<string>> {
  const text = await askMake(["printvars", "VARS=%_OVERRIDE_SRCDIR"], checkout, folders);
  const lines = [...text.matchAll(/^(\w+)_OVERRIDE_SRCDIR=(.+)$/gm)];
  return new Set(
    lines.flatMap(([, name = "", from = ""]) => (from.startsWith(`${folders.external}/`) ? [] : [name])),
  );
}

/** As Buildroot calls it where it builds it. */
const custom = "custom";

function withoutRecipe({ type, name, licenses }: PackageInfo): PackageInfo {
  return { type, name, version: custom, ...(licenses === undefined ? {} : { licenses }) };
}

/** A package that is only files of Buildroot's own tree has no version; nor has the user's own toolchain. */
const versionOfOwn = ({ name }: PackageInfo, { version }: Checkout): string =>
  name === "toolchain-external-custom" ? custom : version;

export function manifestPackages(
  packages: readonly PackageInfo[],
  architecture: Architecture,
): ManifestPackage[] {
  return packages.map(({ name, version = "", downloads = [] }) => ({
    name,
    version,
    architecture,
    source: downloads[0]?.source ?? `${name} ${version}`,
  }));
}

export function softwareComponents(
  packages: readonly PackageInfo[],
  { version: buildroot }: Checkout,
): SoftwareComponent[] {
  return packages.map(({ name, version = "", licenses }) => ({
    name,
    version,
    purl: `pkg:generic/${encodeURIComponent(name)}@${encodeURIComponent(version)}`,
    properties: {
      "buildroot:version": buildroot,
      ...(licenses === undefined || licenses === "" ? {} : { "buildroot:licenses": licenses }),
    },
  }));
}

/** What the root file system's files weigh, by the package that installed them last; the heaviest first. */
export async function weighTarget({ output }: BuildFolders): Promise<Weight[]> {
  const list = await readFile(join(output, "build", "packages-file-list.txt"), "utf8");
  const owners = new Map(
    list.split("\n").flatMap((line) => {
      const [name = "", path] = line.split(/,(.*)/s);
      return path === undefined ? [] : [[path, name] as const];
    }),
  );
  const weights = new Map<string, number>();
  for (const [path, name] of owners) {
    const file = join(output, "target", path);
    if (!existsSync(file)) continue;
    const { size } = lstatSync(file);
    weights.set(name, (weights.get(name) ?? 0) + size);
  }
  return [...weights]
    .map(([from, bytes]) => ({ from, bytes }))
    .sort((a, b) => b.bytes - a.bytes || (a.from < b.from ? -1 : 1));
}
