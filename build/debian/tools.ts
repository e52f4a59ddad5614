import type { RunOptions, RunResult } from "../core/run.ts";
import { hostArchitecture } from "./architectures.ts";
import { findFile } from "./files.ts";
import { fetchPackages, type Package, type PackageCache } from "./packages.ts";
import { programRunner } from "./program-runner.ts";

/**
 * The tools that shape an image's bytes, from the same Debian release as the image: the bytes don't
 * depend on the release of the machine that builds. They run from their own folder by their own loader.
 */
export interface Tools {
  readonly packages: readonly Package[];
  run(program: Program, argv: readonly string[], options?: RunOptions): Promise<RunResult>;
}

const programs = {
  mksquashfs: "/usr/bin/mksquashfs",
  unsquashfs: "/usr/bin/unsquashfs",
  mke2fs: "/usr/sbin/mke2fs",
  e2fsck: "/usr/sbin/e2fsck",
  "fsck.fat": "/usr/sbin/fsck.fat",
  mformat: "/usr/bin/mtools",
  mcopy: "/usr/bin/mtools",
  mmd: "/usr/bin/mtools",
  sfdisk: "/usr/sbin/sfdisk",
  sgdisk: "/usr/sbin/sgdisk",
  "grub-mkimage": "/usr/bin/grub-mkimage",
  "grub-editenv": "/usr/bin/grub-editenv",
  cpio: "/usr/bin/cpio",
  modinfo: "/usr/bin/kmod",
  depmod: "/usr/bin/kmod",
  zstd: "/usr/bin/zstd",
  mkimage: "/usr/bin/mkimage",
  pigz: "/usr/bin/pigz",
  dtc: "/usr/bin/dtc",
  dumpimage: "/usr/bin/dumpimage",
} as const;

type Program = keyof typeof programs;

const names = [
  "squashfs-tools",
  "e2fsprogs",
  "mtools",
  "dosfstools",
  "fdisk",
  "gdisk",
  "grub-common",
  "cpio",
  "kmod",
  "zstd",
  "pigz",
  "u-boot-tools",
  "device-tree-compiler",
];

/** Fetches the tools for this machine's own architecture. */
export async function openTools(suite: string, cache: PackageCache): Promise<Tools> {
  const architecture = hostArchitecture();
  const packages = await fetchPackages({ suite, architecture, names }, cache);
  const runProgram = programRunner(packages, architecture);
  const configuration = findFile("/etc/mke2fs.conf", packages)?.file ?? "/dev/null";
  return {
    packages,
    run(program, argv, options = {}) {
      const env = { MKE2FS_CONFIG: configuration, MTOOLS_SKIP_CHECK: "1", ...options.env };
      return runProgram(programs[program], argv, { ...options, env }, program);
    },
  };
}
