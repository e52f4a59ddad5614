import { copyFile, mkdir, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { run } from "../../core/run.ts";
import { copyOf, type Entry } from "../../core/tree.ts";
import type { Tools } from "../../debian/tools.ts";
import type { Kernel } from "./kernel.ts";

/** What modprobe reads; depmod's binary indexes are for another modprobe. */
const indexes = new Set([
  "modules.alias",
  "modules.builtin",
  "modules.dep",
  "modules.softdep",
  "modules.symbols",
]);

/**
 * Makes a folder of modules for an image: decompressed (squashfs and the initramfs compress them better
 * together), with indexes of just these.
 */
export async function makeModules(
  paths: readonly string[],
  kernel: Kernel,
  tools: Tools,
  directory: string,
): Promise<void> {
  const root = join(directory, "lib", "modules", kernel.release);
  for (const folder of new Set(paths.map(dirname))) await mkdir(join(root, folder), { recursive: true });
  for (const path of [...paths, "modules.builtin", "modules.builtin.modinfo", "modules.order"]) {
    await copyFile(join(kernel.modules.directory, path), join(root, path));
  }
  const compressed = paths.filter((path) => path.endsWith(".xz")).map((path) => join(root, path));
  if (compressed.length > 0) await run(["xz", "--decompress", "--force", ...compressed]);
  await tools.run("depmod", ["--basedir", directory, kernel.release]);
}

/** The folder's modules and indexes, at `/usr/lib/modules/<release>`. */
export async function moduleTree(directory: string, release: string): Promise<Entry[]> {
  const root = join(directory, "lib", "modules", release);
  const names = (await readdir(root, { recursive: true })).sort();
  return names
    .filter((name) => name.endsWith(".ko") || indexes.has(name))
    .map((name) => copyOf(`/usr/lib/modules/${release}/${name}`, join(root, name)));
}
