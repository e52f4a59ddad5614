import { existsSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { ToolError } from "../build/core/faults.ts";
import type { Firmware } from "./machine-arguments.ts";
import type { Cpu } from "./machine-kinds.ts";

/** What the lab's machines are started by. U-Boot comes from Debian's packages: `file` is on this machine. */
export type LabFirmware =
  | { readonly kind: "bios" | "uefi" }
  | { readonly kind: "u-boot"; readonly file: string };

/** Where distributions keep UEFI's firmware: code, and variables as they leave the factory. */
const builds: Readonly<
  Partial<Record<Cpu, { readonly package: string; readonly files: readonly [string, string][] }>>
> = {
  amd64: {
    package: "ovmf",
    files: [
      ["/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_VARS_4M.fd"], // Debian
      ["/usr/share/edk2/x64/OVMF_CODE.4m.fd", "/usr/share/edk2/x64/OVMF_VARS.4m.fd"], // Arch
      ["/usr/share/edk2/ovmf/OVMF_CODE.fd", "/usr/share/edk2/ovmf/OVMF_VARS.fd"], // Fedora
    ],
  },
  arm64: {
    package: "qemu-efi-aarch64",
    files: [
      ["/usr/share/AAVMF/AAVMF_CODE.no-secboot.fd", "/usr/share/AAVMF/AAVMF_VARS.fd"], // Debian 13
      ["/usr/share/AAVMF/AAVMF_CODE.fd", "/usr/share/AAVMF/AAVMF_VARS.fd"], // Debian 12
      ["/usr/share/edk2/aarch64/QEMU_CODE.fd", "/usr/share/edk2/aarch64/QEMU_VARS.fd"], // Arch
    ],
  },
};

/** A machine's firmware; for UEFI with variables of its own, named `name`, in the run directory. */
export async function installFirmware(
  firmware: LabFirmware,
  cpu: Cpu,
  name: string,
  runDirectory: string,
): Promise<Firmware> {
  if (firmware.kind === "bios") return { kind: "bios" };
  if (firmware.kind === "u-boot") return firmware;
  const found = builds[cpu]?.files.find(([code]) => existsSync(code));
  if (found === undefined) {
    const hint = builds[cpu] && `install Debian's ${builds[cpu].package}`;
    throw new ToolError(`no UEFI firmware for ${cpu} on this machine`, hint);
  }
  const [code, factory] = found;
  const variables = join(runDirectory, `${name}-uefi.fd`);
  await copyFile(factory, variables);
  return { kind: "uefi", code, variables };
}
