import type { Package } from "../debian/packages.ts";
import type { SourcePackage } from "../debian/source-package.ts";
import type { Origin } from "./loader.ts";

/** SPDX expressions for what ends up in the binaries, by the packages' own copyright files. */
export const licences = {
  uboot: "GPL-2.0-or-later",
  trustedFirmware: "BSD-3-Clause",
  /** Redistribution in binary form, unmodified, for use on Raspberry Pi devices only. */
  raspberryPiFirmware: "LicenseRef-Broadcom-Raspberry-Pi-Firmware",
} as const;

/** For bytes that are taken from a package as they are. */
export function originOf(
  { name, version, sha256 }: Package,
  licence: string,
  component: Origin["component"] = "main",
): Origin {
  return { name, version, type: "deb", sha256: [sha256], component, licence };
}

/** For bytes that are built from a source package. */
export function originOfSource({ name, version, archives }: SourcePackage, licence: string): Origin {
  const sha256 = archives.map((archive) => archive.sha256);
  return { name, version, type: "deb-src", sha256, component: "main", licence };
}
