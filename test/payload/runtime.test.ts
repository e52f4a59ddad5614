import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import test, { type ExecutionContext } from "ava";
import type { Package } from "../../build/debian/packages.ts";
import { programStarter, runtimeFolder, runtimeOrigins } from "../../build/payload/runtime.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { runScript, writeFiles } from "./scripts.ts";

/** Debian's Node as far as it says where it wants parts of itself. */
const node = "\0/usr/share/nodejs/a/a.js\0/usr/share/nodejs/b/dist/b.js\0PATH=/usr/share/nodejs/none.js\0";

async function makePackages(t: ExecutionContext, files: Record<string, Record<string, string>>) {
  const folder = await temporaryFolder(t);
  return Promise.all(
    Object.entries(files).map(async ([name, content]): Promise<Package> => {
      const directory = join(folder, name);
      for (const [path, text] of Object.entries(content)) {
        await mkdir(dirname(join(directory, path)), { recursive: true });
        await writeFile(join(directory, path), text);
      }
      const origin = { version: "1", source: `${name} 1`, homepage: undefined, sha256: "" };
      return { name, architecture: "armhf", ...origin, directory };
    }),
  );
}

test("what Debian's Node wants of itself in files of their own comes along, at the paths that it says", async (t) => {
  const packages = await makePackages(t, {
    nodejs: { "usr/bin/nodejs": node },
    "node-a": { "usr/share/nodejs/a/a.js": "a", "usr/share/nodejs/a/other.js": "" },
    "node-b": { "usr/share/nodejs/b/dist/b.js": "b" },
    other: { "usr/bin/other": "" },
  });
  const { packages: origins, builtins } = await runtimeOrigins("armhf", packages);
  t.deepEqual(
    builtins.map(({ path }) => path),
    ["/usr/share/nodejs/a/a.js", "/usr/share/nodejs/b/dist/b.js"],
  );
  t.deepEqual(
    origins.map(({ name }) => name),
    ["nodejs", "node-a", "node-b"],
  );
});

test("one that no package has is an error: Node would abort at its start", async (t) => {
  const packages = await makePackages(t, {
    nodejs: { "usr/bin/nodejs": node },
    "node-a": { "usr/share/nodejs/a/a.js": "a" },
  });
  const { message } = await t.throwsAsync(async () => runtimeOrigins("armhf", packages));
  t.regex(message, /^\/usr\/share\/nodejs\/b\/dist\/b\.js: in none of the 2 packages/);
});

test("a program starts by its own loader, and loads nothing that the system wants it to", async (t) => {
  const root = await temporaryFolder(t);
  await writeFiles(root, {
    "lib/ld.so": '#!/bin/sh\necho "${LD_PRELOAD-nothing}: $*"\n',
    start: programStarter("ld.so", "node", "node.elf").replaceAll(runtimeFolder, root),
  });
  // as procd has it of a service whose output it reads
  const { stdout } = runScript([join(root, "start"), "a b"], { LD_PRELOAD: "/lib/libsetlbf.so" });
  t.is(stdout, `nothing: --argv0 node --library-path ${root}/lib ${root}/node.elf a b\n`);
});
