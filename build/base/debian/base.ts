import { copyOf, directory, link, mergeTrees, textFile, type Entry } from "../../core/tree.ts";
import { hashSources, runStep } from "../../core/steps.ts";
import { tripletOf, type Architecture } from "../../debian/architectures.ts";
import { elfClosure } from "../../debian/elf-closure.ts";
import { findFile, listFolder, requireFile, type PackageFile } from "../../debian/files.ts";
import { identifyPackages, type Package } from "../../debian/packages.ts";
import type { Tools } from "../../debian/tools.ts";
import type { Plan } from "../../plan/plan.ts";
import { readOverlays } from "../../payload/render.ts";
import { engineParts, type EngineParts } from "./engines.ts";
import { closeModules, openKernel, type Kernel } from "./kernel.ts";
import { makeModules, moduleTree } from "./module-tree.ts";
import { renderInit } from "../busybox-init.ts";
import { applets, dataFiles, iptablesExtensions, programLinks, programs } from "./packages.ts";

/** A system as trees of files, ready to be put into an image. */
export interface System {
  /** The root file system. */
  readonly root: readonly Entry[];
  /** What the kernel starts with, to find the root file system. */
  readonly initramfs: readonly Entry[];
  readonly kernel: Kernel;
  /** The packages that anything in it is from. */
  readonly packages: readonly Package[];
}

/** Puts the payload onto Debian's packages with BusyBox init. */
export async function assembleDebian(
  plan: Plan,
  payload: readonly Entry[],
  packages: readonly Package[],
  tools: Tools,
  cache: string,
): Promise<System> {
  const kernel = await openKernel(packages, plan.kernel.options);
  const { storage, system, network, hardware } = plan.kernel.modules;
  const rootModules = await modules(
    "root-modules",
    [...system, ...network, ...hardware],
    kernel,
    tools,
    cache,
  );
  const initramfsModules = await modules("initramfs-modules", ["squashfs", ...storage], kernel, tools, cache);
  const engine = engineParts[plan.site.proxy.engine];
  const files = await programFiles(engine, packages, plan.board.arch);
  return {
    root: mergeTrees(
      skeleton,
      files.map(({ path, file }) => copyOf(path, file, isProgram(path) ? 0o755 : 0o644)),
      appletLinks(),
      Object.entries({ ...programLinks, ...engine.links }).map(([path, target]) => link(path, target)),
      rootModules,
      await readOverlays("debian"),
      await renderInit(plan),
      payload,
    ),
    initramfs: mergeTrees(
      [directory("/root"), link("/lib", "usr/lib"), directory("/bin")],
      [copyOf("/bin/busybox", requireFile("/usr/bin/busybox", packages).file, 0o755), link("/sbin", "bin")],
      initramfsModules,
      await readOverlays("debian-initramfs"),
    ),
    kernel,
    packages: [...new Set([...files.map((file) => file.package), kernel.package])],
  };
}

/** Folders and links that every program counts on (Filesystem Hierarchy Standard, merged /usr). */
const skeleton: readonly Entry[] = [
  ...["/data", "/dev", "/mnt", "/proc", "/root", "/run", "/sys", "/tmp", "/var/log"].map((path) =>
    directory(path),
  ),
  ...["bin", "sbin", "lib", "lib64"].map((name) => link(`/${name}`, `usr/${name}`)),
  link("/var/run", "/run"),
  link("/var/tmp", "/tmp"),
  link("/var/log/halfbridge", "/data/log"),
  link("/etc/mtab", "/proc/self/mounts"),
  textFile("/etc/hosts", "127.0.0.1 localhost\n"),
];

async function programFiles(
  engine: EngineParts,
  packages: readonly Package[],
  architecture: Architecture,
): Promise<PackageFile[]> {
  const extensions = iptablesExtensions.map((name) =>
    requireFile(`/usr/lib/${tripletOf(architecture)}/xtables/lib${name}.so`, packages),
  );
  const binaries = await elfClosure(
    [...[...programs, ...engine.programs].map((path) => requireFile(path, packages)), ...extensions],
    packages,
  );
  return [
    ...binaries,
    ...dataFiles.flatMap((path) => findFile(path, packages) ?? []),
    ...engine.folders.flatMap((path) => listFolder(path, packages)),
  ];
}

function isProgram(path: string): boolean {
  return path.startsWith("/usr/bin/") || path.startsWith("/usr/sbin/") || path.includes("/ld-linux");
}

function appletLinks(): Entry[] {
  return Object.entries(applets).flatMap(([folder, names]) =>
    names.map((name) => link(`${folder}/${name}`, folder === "/usr/bin" ? "busybox" : "../bin/busybox")),
  );
}

async function modules(
  name: string,
  wanted: readonly string[],
  kernel: Kernel,
  tools: Tools,
  cache: string,
): Promise<Entry[]> {
  const { path } = await runStep(cache, {
    name,
    title: `Collect ${wanted.length} kernel modules and what they need`,
    inputs: {
      wanted,
      kernel: kernel.package.sha256,
      tools: identifyPackages(tools.packages),
      code: await hashSources("build/base", "build/debian"),
    },
    make: async (folder) => makeModules(await closeModules(wanted, kernel, tools), kernel, tools, folder),
  });
  return moduleTree(path, kernel.release);
}
