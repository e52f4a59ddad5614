import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { hashFile } from "../core/hash.ts";
import { hashSources, runStep } from "../core/steps.ts";
import { ToolError } from "../core/faults.ts";
import { hostArchitecture } from "../debian/architectures.ts";
import { fetchPackages, identifyPackages, type Package, type PackageCache } from "../debian/packages.ts";
import { fetchSource, type SourcePackage } from "../debian/source-package.ts";
import { makeToolTree, type ToolTree } from "../debian/tool-tree.ts";

/** What U-Boot's build runs: its Build-Depends, and what a build expects of any Debian machine. */
const toolPackages = [
  "gcc-aarch64-linux-gnu",
  "gcc",
  "libc6-dev",
  "libssl-dev",
  "make",
  "bison",
  "flex",
  "bc",
  "device-tree-compiler",
  "python3",
  "python3-libfdt",
  "python3-pyelftools",
  "python3-setuptools",
  "patch",
  "patchelf",
  "tar",
  "bzip2",
  "xz-utils",
  "coreutils",
  "debianutils",
  "diffutils",
  "findutils",
  "grep",
  "gzip",
  "mawk",
  "sed",
  "dash",
];

export interface UbootBuild {
  readonly source: SourcePackage;
  /** Holds `u-boot-rockchip.bin`, and `config` that it was built with. */
  readonly directory: string;
}

/**
 * Builds U-Boot for an arm64 Rockchip board from Debian's source package as Debian's own rules do, once for
 * all its inputs; a minute or two on two cores. Every program that runs is Debian's, from the same release.
 */
export async function buildUboot(
  defconfig: string,
  trustedFirmware: string,
  { suite, cache }: { suite: string; cache: PackageCache },
): Promise<UbootBuild> {
  const request = { suite, architecture: hostArchitecture(), names: toolPackages };
  const packages = await fetchPackages(request, cache);
  const source = await fetchSource(suite, "u-boot", cache);
  const { path } = await runStep(cache.directory, {
    name: "u-boot",
    title: `Build U-Boot, ${defconfig} (a minute or two)`,
    inputs: {
      defconfig,
      trustedFirmware: await hashFile(trustedFirmware),
      source: source.archives.map(({ sha256 }) => sha256),
      tools: identifyPackages(packages),
      code: await hashSources("build/loader/build-uboot.ts", "build/debian/tool-tree.ts"),
    },
    make: (directory) => build(defconfig, trustedFirmware, source, packages, cache, directory),
  });
  return { source, directory: path };
}

async function build(
  defconfig: string,
  trustedFirmware: string,
  source: SourcePackage,
  packages: readonly Package[],
  cache: PackageCache,
  directory: string,
): Promise<void> {
  const work = await mkdtemp(join(await workFolder(cache), "u-boot-"));
  try {
    const tree = await makeToolTree(packages, hostArchitecture(), join(work, "tools"));
    const folder = join(work, "source");
    await unpack(source, tree, folder);
    const output = await compile(defconfig, trustedFirmware, source, tree, folder);
    await mkdir(directory);
    await copyFile(join(output, "u-boot-rockchip.bin"), join(directory, "u-boot-rockchip.bin"));
    await copyFile(join(output, ".config"), join(directory, "config"));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Beside the packages, so that the tool tree can be links to them; but make can't do with odd paths. */
async function workFolder(cache: PackageCache): Promise<string> {
  const folder = join(cache.directory, "work");
  if (!/^[\w./+-]+$/.test(folder)) return tmpdir();
  await mkdir(folder, { recursive: true });
  return folder;
}

/** Unpacks a source package and applies Debian's patches as dpkg-source does (format 3.0 (quilt)). */
async function unpack(source: SourcePackage, tree: ToolTree, folder: string): Promise<void> {
  await mkdir(folder);
  const [upstream, debian] = source.archives.map(({ file }) => file) as [string, string];
  await tree.run(["tar", "--extract", "--strip-components=1", "--file", upstream], { cwd: folder });
  await tree.run(["tar", "--extract", "--file", debian], { cwd: folder });
  const series = await readFile(join(folder, "debian/patches/series"), "utf8");
  for (const name of readSeries(series)) {
    const strict = ["--batch", "--fuzz=0", "--forward", "--version-control=never", "--remove-empty-files"];
    const patch = `debian/patches/${name}`;
    await tree.run(["patch", ...strict, "--strip=1", "--unified", "--input", patch], { cwd: folder });
  }
}

/** Patches in the order of quilt's series file; options and comments left out. */
export function readSeries(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.replace(/(^|\s)#.*$/, "").trim())
    .filter((line) => line !== "")
    .map((line) => line.split(/\s+/)[0] as string);
}

/** Returns the folder with what was built. */
async function compile(
  defconfig: string,
  trustedFirmware: string,
  { version }: SourcePackage,
  tree: ToolTree,
  folder: string,
): Promise<string> {
  const output = "debian/build/board"; // at the depth where Debian builds: the compiler notes relative paths
  const env = {
    SOURCE_DATE_EPOCH: readDate(await readFile(join(folder, "debian/changelog"), "utf8")),
    PYTHONDONTWRITEBYTECODE: "1",
  };
  const make = (...targets: string[]) => {
    const settings = {
      O: output,
      CROSS_COMPILE: "aarch64-linux-gnu-",
      HOSTCC: ["gcc", ...tree.compilerFlags].join(" "),
      HOSTCFLAGS: `-g -ffile-prefix-map=${folder}=.`,
      DTC: join(tree.directory, "usr/bin/dtc"),
      BL31: trustedFirmware,
    };
    const assignments = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
    return tree.run(["make", "--silent", ...assignments, ...targets], { cwd: folder, env });
  };
  await mkdir(join(folder, output), { recursive: true });
  await make(defconfig);
  const config = join(folder, output, ".config");
  await writeFile(config, adjustConfig(await readFile(config, "utf8"), version));
  await make(`-j${availableParallelism()}`);
  return join(folder, output);
}

/** Debian's revision is part of the version that U-Boot says; a tool for EFI capsules isn't needed. */
export function adjustConfig(config: string, version: string): string {
  return config
    .replace(/^CONFIG_LOCALVERSION=.*$/m, `CONFIG_LOCALVERSION="${version.slice(version.lastIndexOf("-"))}"`)
    .replace(/^CONFIG_TOOLS_MKEFICAPSULE=y$/m, "# CONFIG_TOOLS_MKEFICAPSULE is not set");
}

/** When Debian made this version, in seconds since 1970: deb-changelog(5), first trailer line. */
export function readDate(changelog: string): string {
  const date = Date.parse(/^ -- .*? <.*?> {2}(.*)$/m.exec(changelog)?.[1] ?? "");
  if (Number.isNaN(date)) throw new ToolError("debian/changelog: has no date");
  return String(date / 1000);
}
