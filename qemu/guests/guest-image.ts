import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { ToolError } from "../../build/core/faults.ts";
import { hashOf } from "../../build/core/hash.ts";
import { projectRoot } from "../../build/core/paths.ts";
import { run } from "../../build/core/run.ts";
import { copyOf, directory, link, textFile, writeTree, type Entry } from "../../build/core/tree.ts";
import { elfClosure } from "../../build/debian/elf-closure.ts";
import { requireFile } from "../../build/debian/files.ts";
import { openModules, type ModuleStore } from "../../build/debian/module-closure.ts";
import { fetchPackages, type Package, type PackageCache } from "../../build/debian/packages.ts";
import { suite } from "../../build/debian/suite.ts";
import type { Tools } from "../../build/debian/tools.ts";
import { makeBody } from "./body.ts";
import { inventory } from "./inventory.ts";
import { unpackKernel } from "./kernel.ts";

/** What QEMU boots as a guest; which one it is, its kernel command line says. */
export interface GuestImage {
  readonly kernel: string;
  readonly initramfs: string;
}

const scripts = join(projectRoot, "qemu/guests");

/** Builds the guests' kernel and initramfs from Debian packages, or gives those that are in the cache. */
export async function buildGuestImage(cache: PackageCache, tools: Tools): Promise<GuestImage> {
  const packages = await fetchPackages({ suite, architecture: "amd64", names: inventory.packages }, cache);
  const texts = await readScripts();
  const recipe = await readFile(import.meta.filename, "utf8");
  const inputs = { recipe, inventory, texts, packages: packages.map(({ sha256 }) => sha256) };
  const folder = join(cache.directory, "guests", hashOf(inputs).slice(0, 16));
  const image = { kernel: join(folder, "kernel"), initramfs: join(folder, "initramfs") };
  if (existsSync(folder)) return image;

  await mkdir(join(cache.directory, "guests"), { recursive: true });
  const temporary = await mkdtemp(`${folder}.`);
  try {
    const kernel = await openKernel(packages);
    await writeFile(join(temporary, "kernel"), unpackKernel(await readFile(kernel.file)));
    const tree = [
      ...(await programs(packages)),
      ...(await modules(kernel.modules)),
      ...texts,
      textFile("/www/body", makeBody()),
    ];
    await writeArchive(tree, join(temporary, "initramfs"), tools);
    await rename(temporary, folder);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    if (!existsSync(folder)) throw error; // another run may have been first
  }
  return image;
}

/** init.sh, what it sources, what consoles run and what origins serve. */
async function readScripts(): Promise<Entry[]> {
  const text = async (path: string, name: string) =>
    textFile(path, await readFile(join(scripts, name), "utf8"), 0o755);
  const namesIn = async (folder: string) => (await readdir(join(scripts, folder))).sort();
  return Promise.all([
    text("/init", "init.sh"),
    text("/lab/isp.sh", "isp.sh"),
    text("/lab/lan.sh", "lan.sh"),
    ...(await namesIn("lab")).map((name) => text(`/lab/${name}`, `lab/${name}`)),
    ...(await namesIn("www")).map((name) => text(`/www/cgi-bin/${name}`, `www/${name}`)),
  ]);
}

/** Uncompressed, unlike a router's: a guest unpacks it 0.4 s faster, and nobody has to compress it. */
async function writeArchive(tree: readonly Entry[], file: string, tools: Tools): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), "halfbridge-guest-"));
  try {
    await writeTree(tree, root);
    const names = (await readdir(root, { recursive: true })).sort();
    const options = ["--create", "--quiet", "--null", "--format=newc", "--owner=0:0", `--file=${file}`];
    await tools.run("cpio", options, { cwd: root, input: names.map((name) => `${name}\0`).join("") });
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

interface GuestKernel {
  readonly file: string;
  readonly modules: ModuleStore;
}

async function openKernel(packages: readonly Package[]): Promise<GuestKernel> {
  const owner = packages.find(({ name }) => /^linux-image-\d/.test(name));
  if (owner === undefined) throw new ToolError("no kernel among the guests' packages");
  const release = owner.name.replace("linux-image-", "");
  const folder = join(owner.directory, "usr/lib/modules", release);
  return {
    file: join(owner.directory, "boot", `vmlinuz-${release}`),
    modules: await openModules(folder, release, await readFile(join(folder, "modules.builtin"), "utf8")),
  };
}

/** Programs with their libraries, and the places where they are looked for. */
async function programs(packages: readonly Package[]): Promise<Entry[]> {
  const roots = inventory.files.map((path) => requireFile(path, packages));
  const files = await elfClosure(roots, packages);
  return [
    ...files.map(({ path, file }) => copyOf(path, file, 0o755)),
    ...files
      .filter(({ path }) => path.startsWith("/usr/lib64/")) // the loader, where programs look for it
      .map(({ path }) => link(path.replace("/usr", ""), path)),
    link("/bin/busybox", "/usr/bin/busybox"),
    link("/bin/sh", "/usr/bin/dash"),
    textFile("/etc/inittab", "::respawn:/bin/sleep 86400\n"),
    ...["/proc", "/sys", "/dev", "/run", "/tmp"].map((path) => directory(path)),
  ];
}

/** Modules, decompressed, and their order in each group; what is built into the kernel is left out. */
async function modules(store: ModuleStore): Promise<Entry[]> {
  const pathOf = (name: string): string[] => {
    const path = store.files.get(name);
    if (path === undefined && !store.builtin.has(name))
      throw new ToolError(`kernel ${store.release} lacks ${name}`);
    return path === undefined ? [] : [path];
  };
  const groups = Object.entries(inventory.modules).map(([group, names]) => ({
    group,
    paths: names.flatMap(pathOf),
  }));
  const paths = groups.flatMap((group) => group.paths);
  const decompressed = (path: string): string => basename(path, ".xz");
  const folder = await mkdtemp(join(tmpdir(), "halfbridge-modules-"));
  try {
    for (const path of paths) await copyFile(join(store.directory, path), join(folder, basename(path)));
    const compressed = (await readdir(folder)).filter((name) => name.endsWith(".xz"));
    if (compressed.length > 0) await run(["xz", "--decompress", ...compressed], { cwd: folder });
    const names = paths.map(decompressed);
    const contents = await Promise.all(names.map((name) => readFile(join(folder, name))));
    return [
      ...names.map((name, index) => textFile(`/lab/modules/${name}`, contents[index] as Buffer)),
      ...groups.map((group) =>
        textFile(
          `/lab/modules/${group.group}`,
          group.paths.map((path) => `${decompressed(path)}\n`).join(""),
        ),
      ),
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
