import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ToolError } from "../core/faults.ts";
import { run, type RunOptions, type RunResult } from "../core/run.ts";
import { findFile, requireFile } from "./files.ts";
import { fetchPackages, type Package, type PackageCache } from "./packages.ts";

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
  mformat: "/usr/bin/mtools",
  mcopy: "/usr/bin/mtools",
  mmd: "/usr/bin/mtools",
  mkfs: "/usr/sbin/mkfs.fat",
  sfdisk: "/usr/sbin/sfdisk",
  "grub-mkimage": "/usr/bin/grub-mkimage",
  "grub-editenv": "/usr/bin/grub-editenv",
  cpio: "/usr/bin/cpio",
  patchelf: "/usr/bin/patchelf",
  modinfo: "/usr/bin/kmod",
  depmod: "/usr/bin/kmod",
  zstd: "/usr/bin/zstd",
  pigz: "/usr/bin/pigz",
  strip: "/usr/bin/TRIPLET-strip",
  readelf: "/usr/bin/TRIPLET-readelf",
} as const;

type Program = keyof typeof programs;

const names = [
  "squashfs-tools",
  "e2fsprogs",
  "mtools",
  "dosfstools",
  "fdisk",
  "grub-common",
  "cpio",
  "patchelf",
  "kmod",
  "zstd",
  "binutils",
  "pigz",
];

/** Fetches the tools for this machine's own architecture. */
export async function openTools(suite: string, cache: PackageCache): Promise<Tools> {
  const architecture = hostArchitecture();
  const packages = await fetchPackages({ suite, architecture, names }, cache);
  const loader = requireFile(loaders[architecture] as string, packages).file;
  const libraries = packages
    .flatMap(({ directory }) =>
      ["usr/lib", `usr/lib/${triplets[architecture]}`].map((folder) => join(directory, folder)),
    )
    .filter((folder) => existsSync(folder) && readdirSync(folder).some((name) => name.includes(".so")));
  const configuration = findFile("/etc/mke2fs.conf", packages)?.file ?? "/dev/null";
  return {
    packages,
    run(program, argv, options = {}) {
      const path = programs[program].replace("TRIPLET", triplets[architecture] as string);
      const { file } = requireFile(path, packages);
      return run([loader, "--argv0", program, "--library-path", libraries.join(":"), file, ...argv], {
        ...options,
        env: { MKE2FS_CONFIG: configuration, MTOOLS_SKIP_CHECK: "1", ...options.env },
      });
    },
  };
}

const loaders: Readonly<Record<string, string>> = {
  amd64: "/usr/lib64/ld-linux-x86-64.so.2",
  arm64: "/usr/lib/ld-linux-aarch64.so.1",
};

const triplets: Readonly<Record<string, string>> = { amd64: "x86_64-linux-gnu", arm64: "aarch64-linux-gnu" };

function hostArchitecture(): "amd64" | "arm64" {
  if (process.arch === "x64") return "amd64";
  if (process.arch === "arm64") return "arm64";
  throw new ToolError(`${process.arch}: images are built on amd64 or arm64 machines`);
}
