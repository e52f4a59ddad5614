import { readFile, writeFile } from "node:fs/promises";
import { ToolError } from "../build/core/faults.ts";
import { runStep } from "../build/core/steps.ts";
import { hostArchitecture } from "../build/debian/architectures.ts";
import { requireFile } from "../build/debian/files.ts";
import { fetchPackages, identifyPackages, type PackageCache } from "../build/debian/packages.ts";
import type { Cpu } from "./machine-kinds.ts";

const builds: Readonly<Partial<Record<Cpu, string>>> = {
  arm64: "/usr/lib/u-boot/qemu_arm64/u-boot.bin",
  armhf: "/usr/lib/u-boot/qemu_arm/u-boot.bin",
};

/** Debian's U-Boot for QEMU's virt machine, which doesn't wait for a key: gives its file on this machine. */
export async function fetchUboot(cpu: Cpu, suite: string, cache: PackageCache): Promise<string> {
  const path = builds[cpu];
  if (path === undefined) throw new ToolError(`there is no U-Boot for QEMU's ${cpu} machine`);
  const request = { suite, architecture: hostArchitecture(), names: ["u-boot-qemu"], alone: true };
  const packages = await fetchPackages(request, cache);
  const { path: file } = await runStep(cache.directory, {
    name: "lab-u-boot",
    title: "Take the lab's U-Boot",
    inputs: { path, packages: identifyPackages(packages) },
    make: async (to) => writeFile(to, withoutBootDelay(await readFile(requireFile(path, packages).file))),
  });
  return file;
}

/** Sets `bootdelay` in the environment that is compiled in: two seconds a start would be spent waiting. */
function withoutBootDelay(image: Buffer): Buffer {
  const at = image.indexOf("bootdelay=2\0");
  if (at < 0) throw new ToolError("this U-Boot has no bootdelay of 2 s in its environment");
  const copy = Buffer.from(image);
  copy.write("0", at + "bootdelay=".length);
  return copy;
}
