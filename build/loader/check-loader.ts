import type { Board } from "../config/board.ts";
import { suggestNear } from "../config/suggest.ts";
import type { Fault } from "../core/faults.ts";
import { listFolder } from "../debian/files.ts";
import { fetchPackages, type PackageCache } from "../debian/packages.ts";

/** Where Debian has builds by name, each in a folder of its own. */
const sources = {
  ubootBuild: { name: "u-boot-rockchip", folder: "/usr/lib/u-boot" },
  trustedFirmware: { name: "arm-trusted-firmware", folder: "/usr/lib/arm-trusted-firmware" },
} as const;

/** What a profile's boot loader is to be made of has to be in Debian's packages. `fileOf` says who wrote it. */
export async function checkLoader(
  { loader }: Pick<Board, "loader">,
  fileOf: (path: string) => string,
  { suite, cache }: { readonly suite: string; readonly cache: PackageCache },
  fetch = fetchPackages,
): Promise<Fault[]> {
  const faults: Fault[] = [];
  for (const key of ["ubootBuild", "trustedFirmware"] as const) {
    const wanted = loader?.[key];
    if (wanted === undefined) continue;
    const { name, folder } = sources[key];
    const packages = await fetch({ suite, architecture: "arm64", names: [name], alone: true }, cache);
    const files = listFolder(folder, packages).map(({ path }) => path.slice(folder.length + 1));
    const known = [...new Set(files.map((file) => file.split("/")[0] ?? ""))].sort();
    if (known.includes(wanted)) continue;
    const path = `/loader/${key}`;
    const fact = `is ${wanted}, which Debian's ${name} doesn't have`;
    faults.push({ file: fileOf(path), path, fact, hint: suggestNear(wanted, known) });
  }
  return faults;
}
