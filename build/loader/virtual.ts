import { ToolError } from "../core/faults.ts";
import { requireFile } from "../debian/files.ts";
import { fetchPackages, type PackageCache } from "../debian/packages.ts";
import { hostArchitecture, type Architecture } from "../debian/architectures.ts";
import { originOf, licences } from "./origin.ts";
import type { Origin } from "./loader.ts";

/** Debian's builds of U-Boot for QEMU's `-M virt`. */
const builds: Partial<Record<Architecture, string>> = { arm64: "qemu_arm64", armhf: "qemu_arm" };

/** U-Boot that starts an image's boot script in QEMU, to be given as `-bios`. */
export async function openVirtualUboot(
  architecture: Architecture,
  suite: string,
  cache: PackageCache,
): Promise<{ file: string; origin: Origin }> {
  const build = builds[architecture];
  if (build === undefined) throw new ToolError(`${architecture}: has no U-Boot for QEMU's virt machine`);
  const request = { suite, architecture: hostArchitecture(), names: ["u-boot-qemu"], alone: true };
  const packages = await fetchPackages(request, cache);
  const { file, package: owner } = requireFile(`/usr/lib/u-boot/${build}/u-boot.bin`, packages);
  return { file, origin: originOf(owner, licences.uboot) };
}
