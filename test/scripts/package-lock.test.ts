import { readFile } from "node:fs/promises";
import { join } from "node:path";
import test from "ava";
import { projectRoot } from "../../build/core/paths.ts";

interface Lock {
  readonly packages: Readonly<
    Record<string, { readonly optionalDependencies?: Readonly<Record<string, string>> }>
  >;
}

test("package-lock.json holds every optional package that it says is wanted, as npm ci demands", async (t) => {
  const lock: Lock = JSON.parse(await readFile(join(projectRoot, "package-lock.json"), "utf8"));
  const held = new Set(Object.keys(lock.packages).map((place) => place.replace(/^.*node_modules\//, "")));
  const wanted = Object.values(lock.packages).flatMap((entry) =>
    Object.keys(entry.optionalDependencies ?? {}),
  );
  const missing = wanted.filter((name) => !held.has(name));
  t.deepEqual(missing, [], "after npm install: node scripts/repair-lock.ts");
});
