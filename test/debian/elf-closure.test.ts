import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { run } from "../../build/core/run.ts";
import { ToolError } from "../../build/core/faults.ts";
import { elfClosure } from "../../build/debian/elf-closure.ts";
import { requireFile } from "../../build/debian/files.ts";
import type { Package } from "../../build/debian/packages.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const libraries = "usr/lib/x86_64-linux-gnu";

/** A package of libraries, each of which needs the next: liba → libb → libc-of-ours. */
async function chain(t: ExecutionContext, ...names: readonly string[]): Promise<Package> {
  const directory = await temporaryFolder(t);
  await mkdir(join(directory, libraries), { recursive: true });
  for (const [index, name] of names.toReversed().entries()) {
    const needed = index === 0 ? [] : [`-l:${names.at(-index)}.so`];
    const file = join(directory, libraries, `${name}.so`);
    await run(
      [
        "gcc",
        "-shared",
        "-nostdlib",
        "-x",
        "c",
        "-",
        "-o",
        file,
        `-Wl,-soname,${name}.so`,
        "-Wl,--no-as-needed",
        `-L${join(directory, libraries)}`,
        "-x",
        "none",
        ...needed,
      ],
      { input: `int of_${index};` },
    );
  }
  await writeFile(join(directory, "script"), "#!/bin/sh\n");
  const empty = { name: "chain", version: "1", source: "chain 1", homepage: undefined, sha256: "" };
  return { ...empty, architecture: "amd64", directory };
}

test("a library brings what it needs, and what that needs", async (t) => {
  const owner = await chain(t, "liba", "libb", "libz9");
  const closure = await elfClosure([requireFile(`/${libraries}/liba.so`, [owner])], [owner]);
  t.deepEqual(
    closure.map(({ path }) => path).sort(),
    ["liba", "libb", "libz9"].map((name) => `/${libraries}/${name}.so`),
  );
});

test("a library that no package has is told, with who needs it", async (t) => {
  const owner = await chain(t, "liba", "libb");
  await run(["rm", join(owner.directory, libraries, "libb.so")]);
  await t.throwsAsync(elfClosure([requireFile(`/${libraries}/liba.so`, [owner])], [owner]), {
    instanceOf: ToolError,
    message: /liba\.so: needs libb\.so, which no fetched package has/,
  });
});

test("what isn't ELF comes back as it is", async (t) => {
  const owner = await chain(t, "liba");
  const script = requireFile("/script", [owner]);
  t.deepEqual(await elfClosure([script], [owner]), [script]);
});
