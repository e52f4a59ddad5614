import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Architecture } from "../debian/architectures.ts";
import { requireFile } from "../debian/files.ts";
import type { Package } from "../debian/packages.ts";
import type { Tools } from "../debian/tools.ts";
import { ToolError } from "../core/faults.ts";
import { partitionOf } from "./disk.ts";
import type { Layout } from "./layout.ts";

/** GRUB's platforms by CPU; the package of each, and what firmware calls the EFI application. */
const platforms = {
  amd64: {
    bios: { platform: "i386-pc", package: "grub-pc-bin" },
    efi: { platform: "x86_64-efi", package: "grub-efi-amd64-bin", name: "BOOTX64.EFI" },
  },
  arm64: {
    bios: undefined,
    efi: { platform: "arm64-efi", package: "grub-efi-arm64-bin", name: "BOOTAA64.EFI" },
  },
} as const;

type GrubArchitecture = keyof typeof platforms;

/** gzio: arm64's kernel is compressed, and GRUB unpacks it. */
export const grubModules =
  "part_gpt fat squash4 gzio normal configfile loadenv linux test echo regexp search serial terminal sleep reboot halt minicmd".split(
    " ",
  );

export interface Grub {
  /** On a PC. */
  readonly bios: BiosGrub | undefined;
  /** The EFI application, by the name that firmware looks for, for the ESP. */
  readonly efi: { readonly name: string; readonly file: string };
  /** A fresh environment block (1024 bytes): slot A is known to work, slot B is empty. */
  readonly environment: string;
}

export interface BiosGrub {
  /** 440 bytes of boot code for the first sector. */
  readonly bootCode: Buffer;
  /** core.img, for the BIOS boot partition. */
  readonly core: Buffer;
}

/** Packages that GRUB's modules are from. Throws where there is no GRUB for a CPU. */
export function grubPackagesFor(architecture: Architecture): string[] {
  const { bios, efi } = platformsOf(architecture);
  return [...(bios === undefined ? [] : [bios.package]), efi.package];
}

/** Makes GRUB in `folder`; it reads `/grub/grub.cfg` on the ESP, however it was started. */
export async function makeGrub(
  architecture: Architecture,
  layout: Layout,
  packages: readonly Package[],
  tools: Tools,
  folder: string,
): Promise<Grub> {
  const { bios, efi } = platformsOf(architecture);
  const file = join(folder, efi.name);
  const environment = join(folder, "grubenv");
  await tools.run("grub-mkimage", [
    ...["-O", efi.platform, "-d", moduleFolder(efi.platform, packages), "-p", "/grub", "-o", file],
    ...["all_video", "efi_gop", "gfxterm", ...grubModules],
  ]);
  await tools.run("grub-editenv", [environment, "create"]);
  const slots = ["ORDER=A B", "A_OK=1", "A_TRY=0", "B_OK=0", "B_TRY=0"];
  await tools.run("grub-editenv", [environment, "set", ...slots]);
  return {
    bios: bios === undefined ? undefined : await makeBios(bios.platform, layout, packages, tools, folder),
    efi: { name: efi.name, file },
    environment,
  };
}

async function makeBios(
  platform: string,
  layout: Layout,
  packages: readonly Package[],
  tools: Tools,
  folder: string,
): Promise<BiosGrub> {
  const pc = moduleFolder(platform, packages);
  const core = join(folder, "core.img");
  const prefix = `(,gpt${partitionOf(layout, "esp").number})/grub`;
  await tools.run("grub-mkimage", [
    ...["-O", platform, "-d", pc, "-p", prefix, "-o", core, "biosdisk", "linux16", ...grubModules],
  ]);
  const sector = partitionOf(layout, "bios").startBytes / 512;
  return {
    bootCode: bootCode(await readFile(join(pc, "boot.img")), sector),
    core: coreImage(await readFile(core), sector),
  };
}

function platformsOf(architecture: Architecture): (typeof platforms)[GrubArchitecture] {
  if (architecture === "armhf") throw new Error("gpt-grub isn't for armhf: the profile's check refuses it");
  return platforms[architecture];
}

function moduleFolder(platform: string, packages: readonly Package[]): string {
  return join(requireFile(`/usr/lib/grub/${platform}/modinfo.sh`, packages).file, "..");
}

/** As grub-bios-setup does it (GRUB: util/setup.c, include/grub/i386/pc/boot.h). */
function bootCode(image: Buffer, coreSector: number): Buffer {
  const code = Buffer.from(image.subarray(0, 440));
  code.writeBigUInt64LE(BigInt(coreSector), 0x5c);
  // firmware that doesn't pass the boot drive: trust it all the same
  code.writeUInt16LE(0x9090, 0x66);
  return code;
}

/** The first sector of core.img loads the rest: its block list ends at 0x200. */
function coreImage(image: Buffer, coreSector: number): Buffer {
  const core = Buffer.from(image);
  if (core.length > 1024 * 1024)
    throw new ToolError(`GRUB's core image is ${core.length} bytes, over its 1 MiB partition`);
  core.writeBigUInt64LE(BigInt(coreSector + 1), 0x1f4);
  return core;
}
