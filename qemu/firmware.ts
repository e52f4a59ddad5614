import { existsSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { ToolError } from "../build/core/faults.ts";
import type { Firmware } from "./machine-arguments.ts";

/** Where distributions keep OVMF: code, and variables as they leave the factory. */
const builds = [
  ["/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_VARS_4M.fd"], // Debian
  ["/usr/share/edk2/x64/OVMF_CODE.4m.fd", "/usr/share/edk2/x64/OVMF_VARS.4m.fd"], // Arch
  ["/usr/share/edk2/ovmf/OVMF_CODE.fd", "/usr/share/edk2/ovmf/OVMF_VARS.fd"], // Fedora
] as const;

/** A machine's firmware; for UEFI with variables of its own, named `name`, in the run directory. */
export async function installFirmware(
  kind: Firmware["kind"],
  name: string,
  runDirectory: string,
): Promise<Firmware> {
  if (kind === "bios") return { kind };
  const found = builds.find(([code]) => existsSync(code));
  if (found === undefined) throw new ToolError("no UEFI firmware on this machine", "install Debian's ovmf");
  const [code, factory] = found;
  const variables = join(runDirectory, `${name}-uefi.fd`);
  await copyFile(factory, variables);
  return { kind, code, variables };
}
