import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import test from "ava";
import { directory, link, textFile } from "../../../build/core/tree.ts";
import { writeInitramfs } from "../../../build/base/debian/initramfs.ts";
import type { Tools } from "../../../build/debian/tools.ts";
import { temporaryFolder } from "../../temporary-folder.ts";

test("a folder that a link leads to goes into the archive once", async (t) => {
  const archived: string[] = [];
  const tools: Tools = {
    packages: [],
    async run(program, argv, options) {
      if (program === "cpio") archived.push(...String(options?.input).split("\0"));
      if (program === "zstd") await writeFile(argv.at(-1) ?? "", "");
      return { stdout: "", stderr: "", exitCode: 0 };
    },
  };
  const tree = [directory("/usr/lib"), textFile("/usr/lib/a.ko", ""), link("/lib", "usr/lib")];
  await writeInitramfs(tree, join(await temporaryFolder(t), "initramfs"), tools);
  t.deepEqual(archived, [".", "lib", "usr", "usr/lib", "usr/lib/a.ko", ""]);
});
