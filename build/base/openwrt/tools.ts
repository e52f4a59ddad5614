import { basename } from "node:path";
import { copyOf, mergeTrees, textFile, type Entry } from "../../core/tree.ts";
import { loaderOf, type Architecture } from "../../debian/architectures.ts";
import { elfClosure } from "../../debian/elf-closure.ts";
import { requireFile } from "../../debian/files.ts";
import type { Package } from "../../debian/packages.ts";
import { programStarter, runtimeFolder } from "../../payload/runtime.ts";

/**
 * Programs that the router's scripts count on and that no OpenWrt release has for all its targets: Debian's, which
 * run by the loader and libraries that Node's runtime has anyway.
 */
const programs = ["/usr/bin/setpriv", "/usr/bin/nc.openbsd", "/usr/sbin/ndppd"];

/** The Debian packages that they are from; their dependencies follow. */
export const toolPackages = ["libstdc++6", "util-linux", "netcat-openbsd", "ndppd"];

/** The programs and what they need, and which packages they are from. */
export async function bringTools(
  architecture: Architecture,
  packages: readonly Package[],
): Promise<{ tree: Entry[]; packages: Package[] }> {
  const files = await elfClosure(
    programs.map((path) => requireFile(path, packages)),
    packages,
  );
  const loader = basename(loaderOf(architecture));
  const entries = files.map(({ path, file }) => {
    const isProgram = programs.includes(path);
    const isRunnable = isProgram || basename(path) === loader;
    const folder = `${runtimeFolder}/${isProgram ? "bin" : "lib"}`;
    return copyOf(`${folder}/${basename(path)}`, file, isRunnable ? 0o755 : 0o644);
  });
  const starters = programs.map((path) =>
    textFile(path, programStarter(loader, basename(path), `bin/${basename(path)}`), 0o755),
  );
  return { tree: mergeTrees(entries, starters), packages: [...new Set(files.map((file) => file.package))] };
}
