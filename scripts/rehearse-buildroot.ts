/**
 * npm run rehearse:buildroot [-- BOARD [ARGUMENTS OF halfbridge test]]: proves the base buildroot in the lab, as far
 * as that goes without an hour for a build. Programs, kernel and boot loader are Debian's; all else is what a
 * Buildroot tree would do: the external tree's overlay and package, its post-build.sh and post-image.sh, genimage,
 * GRUB as its configuration asks for it. What it doesn't show: that Buildroot's own programs and kernel will do.
 * The image that is left in out/BOARD is a rehearsal's: not one to flash.
 */
import { existsSync, readdirSync } from "node:fs";
import { chmod, cp, mkdir, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { assembleDebian } from "../build/base/debian/base.ts";
import { rootPackages } from "../build/base/debian/packages.ts";
import { readBoardByName, type Board } from "../build/config/board.ts";
import { readSite } from "../build/config/site.ts";
import { projectRoot } from "../build/core/paths.ts";
import { note, step } from "../build/core/progress.ts";
import { runLogged } from "../build/core/run-logged.ts";
import { writeTree } from "../build/core/tree.ts";
import { hostArchitecture, loaderOf, tripletOf } from "../build/debian/architectures.ts";
import { requireFile } from "../build/debian/files.ts";
import { fetchPackages, type Package } from "../build/debian/packages.ts";
import { suite } from "../build/debian/suite.ts";
import { openTools, type Tools } from "../build/debian/tools.ts";
import { grubModules, grubPackagesFor } from "../build/image/grub.ts";
import { runtimePackages } from "../build/payload/runtime.ts";
import { makePlan } from "../build/plan/plan.ts";

const [boardName = "x86-64", ...testArguments] = process.argv.slice(2);
const cache = { directory: join(projectRoot, "out", ".cache"), refresh: false };

/** Programs that Buildroot would build for this machine, by the names that scripts call them. */
const hostPrograms = {
  mksquashfs: "/usr/bin/mksquashfs",
  genimage: "/usr/bin/genimage",
  mkdosfs: "/usr/sbin/mkfs.fat",
  mcopy: "/usr/bin/mtools",
  mmd: "/usr/bin/mtools",
  mke2fs: "/usr/sbin/mke2fs",
  depmod: "/usr/bin/kmod",
  mkimage: "/usr/bin/mkimage",
  cpio: "/usr/bin/cpio",
} as const;

const hostPackages = [
  "squashfs-tools",
  "genimage",
  "dosfstools",
  "mtools",
  "e2fsprogs",
  "kmod",
  "u-boot-tools",
  "cpio",
];

const board = await readBoardByName(boardName);
const system = join(cache.directory, "buildroot", `rehearsal-${boardName}`);
await step("Make the system that Buildroot would have built", () => makeSystem(board, system));
const proof = runLogged(
  [
    ...[process.execPath, join(projectRoot, "build", "cli", "main.ts"), "test", boardName],
    ...["--base", "buildroot", "--buildroot", join(projectRoot, "test", "stand-ins", "buildroot")],
    ...testArguments,
  ],
  {
    env: { ...process.env, STAND_IN_SYSTEM: system },
    log: join(system, "test.log"),
    onLine: (line) => process.stdout.write(`${line}\n`),
  },
);
await proof.catch(() => {
  process.exitCode = 1; // it has said why
});
note(`out/${boardName} has a rehearsal's image: not one to flash.`);

async function makeSystem(model: Board, directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true });
  for (const name of ["images", "build", "host"]) await mkdir(join(directory, name), { recursive: true });
  const tools = await openTools(suite, cache);
  await makeHost(join(directory, "host"));
  await makeTarget(model, tools, directory);
  if (model.image.format === "gpt-grub") await makeGrub(model, tools, directory);
}

/** Starters for the programs, which run where they lie by their own loader. */
async function makeHost(folder: string): Promise<void> {
  const architecture = hostArchitecture();
  const packages = await fetchPackages({ suite, architecture, names: hostPackages }, cache);
  const loader = requireFile(`/usr${loaderOf(architecture)}`, packages).file;
  const libraries = packages
    .map(({ directory }) => join(directory, "usr", "lib", tripletOf(architecture)))
    .filter((path) => existsSync(path) && readdirSync(path).some((name) => name.includes(".so")));
  for (const [name, path] of Object.entries(hostPrograms)) {
    const { file } = requireFile(path, packages);
    const text = `#!/bin/sh\nexport MKE2FS_CONFIG=${requireFile("/etc/mke2fs.conf", packages).file}\nexec ${loader} --argv0 ${name} --library-path ${libraries.join(":")} ${file} "$@"\n`;
    await writeFile(join(folder, name), text);
    await chmod(join(folder, name), 0o755);
  }
  await writeFile(join(folder, "host-readelf"), '#!/bin/sh\nexec readelf "$@"\n', { mode: 0o755 });
}

/** The debian base's programs and modules where Buildroot's would be, and its kernel. */
async function makeTarget(model: Board, tools: Tools, directory: string): Promise<void> {
  const names = [model.kernel.package, ...rootPackages, ...runtimePackages(model.arch)];
  const packages = await fetchPackages({ suite, architecture: model.arch, names }, cache);
  const plan = makePlan({ ...model, base: "buildroot" }, await readSite("sites/example.yaml"));
  const { root, initramfs, kernel } = await assembleDebian(plan, [], packages, tools, cache.directory);
  const target = join(directory, "target");
  await writeTree(root, target);
  const modules = join(directory, "modules");
  await writeTree(
    initramfs.filter(({ path }) => path.startsWith("/usr/lib/modules/") && path.endsWith(".ko")),
    modules,
  );
  await cp(join(modules, "usr"), join(target, "usr"), { recursive: true });
  await tools.run("depmod", ["--basedir", target, kernel.release]);
  // Buildroot's nc is OpenBSD's
  await rm(join(target, "usr", "bin", "nc"));
  await cp(join(target, "usr", "bin", "nc.openbsd"), join(target, "usr", "bin", "nc"));
  await rm(join(target, "var", "log"), { recursive: true });
  const images = join(directory, "images");
  await cp(kernel.image, join(images, model.arch === "amd64" ? "bzImage" : "Image"));
  if (model.deviceTree !== undefined) {
    const { file } = model.deviceTree;
    await cp(join(kernel.deviceTrees, file), join(images, basename(file)));
  }
  // which QEMU's machine doesn't run: it has a U-Boot of its own
  await writeFile(join(images, "u-boot-rockchip.bin"), "in place of U-Boot\n");
  await writeFile(join(directory, "build", "packages-file-list.txt"), "busybox,./usr/bin/busybox\n");
}

/** GRUB as Buildroot's grub2.mk makes it of the tree's configuration. */
async function makeGrub(model: Board, tools: Tools, directory: string): Promise<void> {
  const names = grubPackagesFor(model.arch);
  const packages = await fetchPackages({ suite, architecture: model.arch, names }, cache);
  const start = join(directory, "grub-start.cfg");
  await writeFile(start, "set prefix=($root)/grub\n");
  const images = join(directory, "images");
  await mkdir(join(images, "efi-part", "EFI", "BOOT"), { recursive: true });
  const folderOf = (platform: string, from: readonly Package[]) =>
    join(requireFile(`/usr/lib/grub/${platform}/modinfo.sh`, from).file, "..");
  const make = (platform: string, prefix: string, output: string, more: readonly string[]) =>
    tools.run("grub-mkimage", [
      ...["-d", folderOf(platform, packages), "-O", platform, "-o", output, "-p", prefix, "-c", start],
      ...more,
      ...grubModules,
    ]);
  const efi = (name: string) => join(images, "efi-part", "EFI", "BOOT", name);
  const graphics = ["all_video", "efi_gop", "gfxterm"];
  if (model.arch !== "amd64") {
    await make("arm64-efi", "/EFI/BOOT", efi("bootaa64.efi"), graphics);
    return;
  }
  await make("x86_64-efi", "/EFI/BOOT", efi("bootx64.efi"), graphics);
  await make("i386-pc", "(,gpt2)/boot/grub", join(images, "grub.img"), ["biosdisk", "linux16"]);
  const boot = join(directory, "build", "grub2-2.12", "build-i386-pc", "grub-core");
  await mkdir(boot, { recursive: true });
  await cp(join(folderOf("i386-pc", packages), "boot.img"), join(boot, "boot.img"));
}
