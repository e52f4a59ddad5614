import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ToolError } from "../core/faults.ts";
import { hashFile } from "../core/hash.ts";
import { hashSources, runStep } from "../core/steps.ts";
import { requireFile } from "../debian/files.ts";
import { fetchPackages } from "../debian/packages.ts";
import { buildUboot } from "./build-uboot.ts";
import type { Tools } from "../debian/tools.ts";
import { checkImages } from "./check-images.ts";
import { checkRockchipLoader, imageTreeOf, loaderOffsetBytes } from "./check-rockchip.ts";
import type { Loader, LoaderContext, LoaderFacts, Origin } from "./loader.ts";
import { licences, originOf, originOfSource } from "./origin.ts";

/** U-Boot with all that runs before it, in one file, as Rockchip's boot ROM looks for it on a disk. */
export async function openRockchipLoader(facts: LoaderFacts, context: LoaderContext): Promise<Loader> {
  const { ubootBuild, defconfig, trustedFirmware } = facts;
  const { file, origins } =
    ubootBuild === undefined
      ? await buildFromSource(defconfig, trustedFirmware, context)
      : await takeFromPackage(ubootBuild, context);
  const soc = socOf(ubootBuild ?? defconfig);
  const { path } = await runStep(context.cache.directory, {
    name: "rockchip-loader",
    title: `Check the boot loader for ${soc}`,
    inputs: { file: await hashFile(file), soc, code: await hashSources("build/loader") },
    make: (directory) => copyChecked(file, soc, context.tools, directory),
  });
  return { raw: [{ file: join(path, name), offsetBytes: loaderOffsetBytes }], files: [], origins };
}

const name = "u-boot-rockchip.bin";

/** Only what was found whole is kept. */
async function copyChecked(file: string, soc: string, tools: Tools, directory: string): Promise<void> {
  await mkdir(directory);
  const loader = await readFile(file);
  const tree = join(directory, "u-boot.itb");
  await writeFile(tree, imageTreeOf(loader));
  const faults = checkRockchipLoader(loader, soc);
  if (faults.length === 0) faults.push(...(await checkImages(tree, ["u-boot", "atf-", "fdt-"], tools)));
  if (faults.length > 0) throw new ToolError(faults.map((fault) => `${file}: ${fault}`).join("\n"));
  await rm(tree);
  await copyFile(file, join(directory, name));
}

/** U-Boot's names of builds end with the SoC's: `nanopi-r2s-rk3328_defconfig`. */
export function socOf(build = ""): string {
  return /-(rk\d+)(_defconfig)?$/.exec(build)?.[1] ?? "";
}

interface Opened {
  readonly file: string;
  readonly origins: readonly Origin[];
}

/** Debian builds U-Boot for some models; trusted firmware is in it. */
async function takeFromPackage(build: string, { suite, cache }: LoaderContext): Promise<Opened> {
  const names = ["u-boot-rockchip"];
  const packages = await fetchPackages({ suite, architecture: "arm64", names, alone: true }, cache);
  const { file, package: owner } = requireFile(`/usr/lib/u-boot/${build}/${name}`, packages);
  return { file, origins: [originOf(owner, `${licences.uboot} AND ${licences.trustedFirmware}`)] };
}

/** The others are built as Debian would, from its source and with its trusted firmware. */
async function buildFromSource(
  defconfig: string | undefined,
  platform: string | undefined,
  { suite, cache }: LoaderContext,
): Promise<Opened> {
  if (defconfig === undefined || platform === undefined) {
    throw new ToolError("a rockchip loader is either a ubootBuild, or a defconfig with its trustedFirmware");
  }
  const names = ["arm-trusted-firmware"];
  const packages = await fetchPackages({ suite, architecture: "arm64", names, alone: true }, cache);
  const firmware = requireFile(`/usr/lib/arm-trusted-firmware/${platform}/bl31.elf`, packages);
  const { source, directory } = await buildUboot(defconfig, firmware.file, { suite, cache });
  return {
    file: join(directory, name),
    origins: [originOfSource(source, licences.uboot), originOf(firmware.package, licences.trustedFirmware)],
  };
}
