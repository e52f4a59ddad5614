import { mkdir, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { ToolError } from "../../build/core/faults.ts";
import { moduleClosure, openModules } from "../../build/debian/module-closure.ts";
import type { Tools } from "../../build/debian/tools.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const modules: Readonly<Record<string, { depends: string; softdep: string }>> = {
  "net/nf_tables.ko.xz": { depends: "nfnetlink,libcrc32c", softdep: "" },
  "net/nfnetlink.ko.xz": { depends: "", softdep: "" },
  "lib/libcrc32c.ko.xz": { depends: "", softdep: "pre: crc32c" },
  "crypto/crc32c.ko.xz": { depends: "", softdep: "" },
  "net/unrelated.ko.xz": { depends: "", softdep: "" },
};

/** Answers as `modinfo -F` does, a line for a module. */
const tools: Tools = {
  packages: [],
  run(_program, [, field = "", ...files]) {
    const lines = files.map((file) => {
      const name = Object.keys(modules).find((path) => basename(path) === basename(file)) ?? "";
      return field === "depends" ? modules[name]?.depends : modules[name]?.softdep;
    });
    return Promise.resolve({ stdout: `${lines.join("\n")}\n`, stderr: "", exitCode: 0 });
  },
};

async function store(t: ExecutionContext) {
  const directory = await temporaryFolder(t);
  for (const path of Object.keys(modules)) {
    await mkdir(join(directory, "kernel", dirname(path)), { recursive: true });
    await writeFile(join(directory, "kernel", path), "");
  }
  return openModules(directory, "6.12", "kernel/net/built-in.ko\n");
}

test("a module brings its dependencies, the soft ones too", async (t) => {
  t.deepEqual(await moduleClosure(["nf-tables"], await store(t), tools), [
    "kernel/crypto/crc32c.ko.xz",
    "kernel/lib/libcrc32c.ko.xz",
    "kernel/net/nf_tables.ko.xz",
    "kernel/net/nfnetlink.ko.xz",
  ]);
});

test("what is built in needs no file", async (t) => {
  t.deepEqual(await moduleClosure(["built_in"], await store(t), tools), []);
});

test("every module that the kernel lacks is named", async (t) => {
  await t.throwsAsync(
    async () => moduleClosure(["xt_TPROXY", "nfnetlink", "ebt_arpreply"], await store(t), tools),
    {
      instanceOf: ToolError,
      message: "kernel 6.12 lacks modules: xt_TPROXY, ebt_arpreply",
    },
  );
});
