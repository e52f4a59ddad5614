import { lstat, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import test from "ava";
import { directory, link, mergeTrees, textFile, writeTree } from "../../build/core/tree.ts";
import { temporaryFolder } from "../temporary-folder.ts";

test("a later entry replaces an earlier one, and the order is by path", (t) => {
  const merged = mergeTrees([textFile("/b", "old"), textFile("/a", "")], [textFile("/b", "new")]);
  t.deepEqual(
    merged.map((entry) => [
      entry.path,
      entry.kind === "file" && "content" in entry.from && entry.from.content,
    ]),
    [
      ["/a", ""],
      ["/b", "new"],
    ],
  );
});

test("a tree is written with its modes, its links and no times of its own", async (t) => {
  const root = await temporaryFolder(t);
  await writeTree(
    [textFile("/usr/bin/run", "#!/bin/sh\n", 0o755), link("/bin", "usr/bin"), directory("/tmp", 0o1777)],
    root,
  );
  t.is(await readFile(join(root, "bin/run"), "utf8"), "#!/bin/sh\n");
  t.is(await readlink(join(root, "bin")), "usr/bin");
  t.is((await lstat(join(root, "usr/bin/run"))).mode & 0o7777, 0o755);
  t.is((await lstat(join(root, "tmp"))).mode & 0o7777, 0o1777);
  t.is((await lstat(root)).mode & 0o7777, 0o755); // a fresh temporary folder is its owner's alone
  for (const path of ["", "usr", "usr/bin", "usr/bin/run", "bin", "tmp"])
    t.is((await lstat(join(root, path))).mtimeMs, 0, path);
});
