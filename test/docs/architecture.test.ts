/** Holds imports against the table of docs/architecture.md: what a folder may use, and what that may use in turn. */
import { readdir, readFile } from "node:fs/promises";
import { dirname, join, normalize } from "node:path";
import test from "ava";
import { projectRoot } from "../../build/core/paths.ts";

interface Layer {
  /** Folders, with a slash at their end, and files. */
  readonly paths: readonly string[];
  /** Names of other layers, or paths. */
  readonly mayUse: readonly string[];
}

const text = await readFile(join(projectRoot, "docs/architecture.md"), "utf8");
const layers = [...text.matchAll(/^\| (`.*?) \| .* \| (.*) \|$/gm)]
  .map(([, paths = "", mayUse = ""]): Layer => ({ paths: pathsIn(paths), mayUse: mayUse.split(", ") }))
  .filter(({ paths: [first = ""] }) => /^(build|proxy|qemu)\//.test(first));

function pathsIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, path = ""]) => path);
}

/** The row that a file belongs to: the one that names it most closely. */
function layerOf(file: string): Layer | undefined {
  const fits = layers.flatMap((layer) => layer.paths.map((path) => ({ layer, path })));
  return fits
    .filter(({ path }) => file === path || (path.endsWith("/") && file.startsWith(path)))
    .sort((a, b) => b.path.length - a.path.length)[0]?.layer;
}

/** All that a layer may use, by paths. */
function reachOf(layer: Layer, seen = new Set<Layer>()): string[] {
  if (seen.has(layer)) return [];
  seen.add(layer);
  return layer.mayUse.flatMap((name) => {
    if (name === "nothing") return [];
    if (name === "all") return [""];
    const [path] = pathsIn(name);
    if (path !== undefined) return [path];
    const used = layers.filter(({ paths }) =>
      paths.some((each) => each === `build/${name}/` || each === `${name}/`),
    );
    if (used.length === 0) throw new Error(`docs/architecture.md: there is no folder for ${name}`);
    return used.flatMap((each) => [...each.paths, ...reachOf(each, seen)]);
  });
}

async function sources(): Promise<string[]> {
  const found = await Promise.all(
    ["build", "proxy/src", "qemu"].map(async (folder) => {
      const names = await readdir(join(projectRoot, folder), { recursive: true });
      return names.filter((name) => name.endsWith(".ts")).map((name) => `${folder}/${name}`);
    }),
  );
  return found.flat().sort();
}

/** What a file imports that is there when it runs: types are free. */
async function importsOf(file: string): Promise<string[]> {
  const source = await readFile(join(projectRoot, file), "utf8");
  return [...source.matchAll(/^(?:import|export) (?!type\b)[^;]*?from "(\.[^"]+)"/gm)].map(([, to = ""]) =>
    normalize(join(dirname(file), to)),
  );
}

test("the table knows every folder, and each may use some", (t) => {
  t.true(layers.length >= 15);
  t.deepEqual(layerOf("build/core/run.ts")?.mayUse, ["nothing"]);
  t.deepEqual(layerOf("build/payload/squid/squid-conf.ts")?.mayUse, ["plan"]);
  t.true(reachOf(layerOf("qemu/lab.ts") as Layer).includes("build/plan/"));
  t.false(reachOf(layerOf("build/plan/plan.ts") as Layer).includes("build/payload/"));
});

test("data flows one way: no file imports what its folder may not use", async (t) => {
  const wrong: string[] = [];
  for (const file of await sources()) {
    const layer = layerOf(file);
    if (layer === undefined) continue; // a table of contents
    const allowed = [...layer.paths, ...reachOf(layer)];
    for (const to of await importsOf(file))
      if (!allowed.some((path) => to === path || path === "" || (path.endsWith("/") && to.startsWith(path))))
        wrong.push(`${file} imports ${to}`);
  }
  t.deepEqual(wrong, []);
});
