import { join } from "node:path";
import { ToolError } from "../core/faults.ts";
import { run } from "../core/run.ts";
import { tripletOf } from "./architectures.ts";
import { findFile, type PackageFile } from "./files.ts";
import type { Package } from "./packages.ts";

interface Dynamic {
  readonly interpreter: string | undefined;
  readonly needed: readonly string[];
  readonly runpath: readonly string[];
}

/**
 * The programs and libraries given, with the loader and every library that they need, and those need in
 * turn. Files that aren't ELF come back as they are. A library that no package has is an error.
 */
export async function elfClosure(
  roots: readonly PackageFile[],
  packages: readonly Package[],
): Promise<PackageFile[]> {
  const found = new Map<string, PackageFile>();
  let fresh = [...roots];
  while (fresh.length > 0) {
    for (const file of fresh) found.set(file.path, file);
    const dynamics = await readDynamics(fresh.map(({ file }) => file));
    const wanted = fresh.flatMap((file) => {
      const dynamic = dynamics.get(file.file);
      return dynamic === undefined ? [] : dependenciesOf(file, dynamic, packages);
    });
    fresh = wanted.filter(
      ({ path }, index) => !found.has(path) && wanted.findIndex((other) => other.path === path) === index,
    );
  }
  return [...found.values()];
}

function dependenciesOf(file: PackageFile, dynamic: Dynamic, packages: readonly Package[]): PackageFile[] {
  // in the order in which the loader looks (ld.so(8))
  const folders = [...dynamic.runpath, `/usr/lib/${tripletOf(file.package.architecture)}`, "/usr/lib"];
  const libraries = dynamic.needed
    .filter((name) => !name.startsWith("ld-linux")) // the loader comes by its absolute path
    .map((name) => {
      const library = folders.map((folder) => findFile(join(folder, name), packages)).find(Boolean);
      if (library === undefined)
        throw new ToolError(`${file.path}: needs ${name}, which no fetched package has`);
      return library;
    });
  const loader = dynamic.interpreter === undefined ? [] : [loaderOf(dynamic.interpreter, file, packages)];
  return [...libraries, ...loader];
}

/** The loader has to be at its absolute path; /lib and /lib64 are links into /usr. */
function loaderOf(interpreter: string, file: PackageFile, packages: readonly Package[]): PackageFile {
  const loader = findFile(`/usr${interpreter}`, packages);
  if (loader === undefined)
    throw new ToolError(`${file.path}: needs the loader ${interpreter}, which no fetched package has`);
  return loader;
}

/** What `readelf` says of each file; files that aren't dynamic ELF are left out. */
async function readDynamics(files: readonly string[]): Promise<Map<string, Dynamic>> {
  const { stdout } = await run(["readelf", "--wide", "--program-headers", "--dynamic", ...files], {
    okCodes: [0, 1],
  });
  const sections = files.length === 1 ? [`${files[0]}\n${stdout}`] : stdout.split(/^File: /m).slice(1);
  return new Map(
    sections
      .filter((text) => text.includes("(NEEDED)"))
      .map((text) => [
        text.slice(0, text.indexOf("\n")),
        {
          interpreter: /program interpreter: (.*)\]/.exec(text)?.[1],
          needed: [...text.matchAll(/\(NEEDED\).*\[(.*)\]/g)].map((match) => match[1] as string),
          runpath: [...text.matchAll(/\((?:RUNPATH|RPATH)\).*\[(.*)\]/g)].flatMap((match) =>
            (match[1] as string).split(":"),
          ),
        },
      ]),
  );
}
