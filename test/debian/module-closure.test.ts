import { mkdir, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { ToolError } from "../../build/core/faults.ts";
import { findDrivers, moduleClosure, openModules } from "../../build/debian/module-closure.ts";
import type { Tools } from "../../build/debian/tools.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const modules: Readonly<Record<string, { depends: string; softdep: string }>> = {
  "net/nf_tables.ko.xz": { depends: "nfnetlink,libcrc32c", softdep: "" },
  "net/nfnetlink.ko.xz": { depends: "", softdep: "" },
  "lib/libcrc32c.ko.xz": { depends: "", softdep: "pre: crc32c" },
  "crypto/crc32c.ko.xz": { depends: "", softdep: "" },
  "net/unrelated.ko.xz": { depends: "", softdep: "" },
  "drivers/net/ethernet/dwmac-rk.ko.xz": { depends: "", softdep: "" },
  "drivers/net/ethernet/mvneta.ko.xz": { depends: "", softdep: "" },
};

/** What modinfo says of modules, without -F. */
const describe = (files: readonly string[]): string =>
  files
    .map((file) => `filename:       ${file}\nalias:          ${aliases[basename(file)] ?? "none"}\n`)
    .join("");

const aliases: Readonly<Record<string, string>> = {
  "dwmac-rk.ko.xz": "of:N*T*Crockchip,rk3328-gmac",
  "mvneta.ko.xz": "of:N*T*Cmarvell,armada-3700-netaC*",
};

/** Answers as `modinfo -F` does, a line for a module. */
const tools: Tools = {
  packages: [],
  run(_program, argv) {
    const [, field = "", ...files] = argv;
    if (field === "" || argv[0] !== "-F")
      return Promise.resolve({ stdout: describe(argv), stderr: "", exitCode: 0 });
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

test("a device's driver is found among the modules listed, else among the others, or nowhere", async (t) => {
  const find = async (compatible: string, ...listed: string[]) =>
    findDrivers([compatible, "unknown"], listed, await store(t), tools);
  t.deepEqual(await find("rockchip,rk3328-gmac", "mvneta", "dwmac_rk"), { listed: ["dwmac_rk"], others: [] });
  t.deepEqual(await find("marvell,armada-3700-neta", "dwmac-rk"), { listed: [], others: ["mvneta"] });
  t.deepEqual(
    await find("rockchip,rk3399-pcie", "dwmac-rk"),
    { listed: [], others: [] },
    "it may be built in",
  );
});
