import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { ToolError } from "../core/faults.ts";
import { projectRoot } from "../core/paths.ts";
import { requireFile } from "../debian/files.ts";
import { fetchPackages } from "../debian/packages.ts";
import { checkRaspberryPiFiles } from "./check-raspberry-pi.ts";
import type { FirmwareFile, Loader, LoaderContext } from "./loader.ts";
import { licences, originOf } from "./origin.ts";

/**
 * The Raspberry Pi 4's firmware, which it reads from the first partition, and U-Boot, which that starts.
 * The firmware isn't free software: Broadcom lets it be passed on, unchanged, for use on Raspberry Pis.
 */
export async function openRaspberryPiLoader(context: LoaderContext): Promise<Loader> {
  const { suite, cache, deviceTrees } = context;
  const request = { suite, architecture: "arm64", alone: true } as const;
  const uboot = await fetchPackages({ ...request, names: ["u-boot-rpi"] }, cache);
  const components = ["non-free-firmware"];
  const firmware = await fetchPackages({ ...request, components, names: ["raspi-firmware"] }, cache);
  const taken = [
    { name: "start4.elf", ...requireFile("/usr/lib/raspi-firmware/start4.elf", firmware) },
    { name: "fixup4.dat", ...requireFile("/usr/lib/raspi-firmware/fixup4.dat", firmware) },
    { name: "LICENCE.firmware", ...requireFile("/usr/share/doc/raspi-firmware/copyright", firmware) },
    { name: "u-boot.bin", ...requireFile("/usr/lib/u-boot/rpi_arm64/u-boot.bin", uboot) },
  ];
  const config = join(projectRoot, "overlays/raspberry-pi/config.txt");
  const files = [
    ...taken.map(({ name, file }) => ({ name, file })),
    { name: "config.txt", file: config },
    ...(await deviceTreesIn(join(deviceTrees, "broadcom"))),
  ];
  const names = files.map(({ name }) => name);
  const faults = checkRaspberryPiFiles(names, await readFile(config, "utf8"));
  if (faults.length > 0) throw new ToolError(faults.join("\n"));
  return {
    raw: [],
    files,
    origins: [
      ...firmware.map((owner) => originOf(owner, licences.raspberryPiFirmware, "non-free-firmware")),
      ...uboot.map((owner) => originOf(owner, licences.uboot)),
    ],
  };
}

/** The firmware picks the one of the model that it runs on, and fills it in for U-Boot and the kernel. */
async function deviceTreesIn(folder: string): Promise<FirmwareFile[]> {
  const names = await readdir(folder);
  return names
    .filter((name) => /^bcm2711-rpi-.*\.dtb$/.test(name))
    .sort()
    .map((name) => ({ name, file: join(folder, name) }));
}
