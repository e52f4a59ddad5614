import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { requireFile } from "../debian/files.ts";
import type { Package } from "../debian/packages.ts";
import type { Tools } from "../debian/tools.ts";
import { ToolError } from "../core/faults.ts";

/** Packages that GRUB's modules are from. */
export const grubPackages = ["grub-pc-bin", "grub-efi-amd64-bin"];

const modules =
  "part_gpt fat squash4 normal configfile loadenv linux test echo regexp search serial terminal sleep reboot halt minicmd".split(
    " ",
  );

export interface Grub {
  /** 440 bytes of boot code for the first sector. */
  readonly bootCode: Buffer;
  /** core.img, for the BIOS boot partition. */
  readonly core: Buffer;
  /** The EFI application, for the ESP. */
  readonly efi: string;
  /** A fresh environment block (1024 bytes): slot A is known to work, slot B is empty. */
  readonly environment: string;
}

/**
 * Makes GRUB for BIOS and for UEFI in `folder`; both read `/grub/grub.cfg` on the ESP.
 *
 * @param coreSector where core.img will be on the disk, in sectors of 512 bytes
 */
export async function makeGrub(
  packages: readonly Package[],
  tools: Tools,
  folder: string,
  coreSector: number,
): Promise<Grub> {
  const pc = moduleFolder("i386-pc", packages);
  const efi = join(folder, "bootx64.efi");
  const core = join(folder, "core.img");
  const environment = join(folder, "grubenv");
  await tools.run("grub-mkimage", [
    "-O",
    "i386-pc",
    "-d",
    pc,
    "-p",
    "(,gpt2)/grub",
    "-o",
    core,
    "biosdisk",
    "linux16",
    ...modules,
  ]);
  await tools.run("grub-mkimage", [
    ...["-O", "x86_64-efi", "-d", moduleFolder("x86_64-efi", packages), "-p", "/grub", "-o", efi],
    ...["all_video", "efi_gop", "gfxterm", ...modules],
  ]);
  await tools.run("grub-editenv", [environment, "create"]);
  await tools.run("grub-editenv", [
    environment,
    "set",
    "ORDER=A B",
    "A_OK=1",
    "A_TRY=0",
    "B_OK=0",
    "B_TRY=0",
  ]);
  return {
    bootCode: bootCode(await readFile(join(pc, "boot.img")), coreSector),
    core: coreImage(await readFile(core), coreSector),
    efi,
    environment,
  };
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
