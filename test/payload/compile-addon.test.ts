import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import test from "ava";
import { compileAddon, compilerOf, type DebianArchitecture } from "../../build/payload/compile-addon.ts";
import { projectRoot } from "../../build/core/paths.ts";
import { isTransparentAddon } from "../../proxy/src/transport.ts";

/** e_machine in an ELF header (System V ABI). */
const machines: Readonly<Record<DebianArchitecture, number>> = { amd64: 62, arm64: 183, armhf: 40 };
const host = process.arch === "arm64" ? "arm64" : "amd64";

for (const architecture of ["amd64", "arm64", "armhf"] as const) {
  const there = hasCommand(compilerOf(architecture));
  if (!there)
    process.stderr.write(
      `\nNOT TESTED: the addon for ${architecture}, because ${compilerOf(architecture)} is missing\n\n`,
    );
  (there ? test : test.skip)(
    `the addon for ${architecture} is for that machine, the same each time, and names no path`,
    async (t) => {
      const folder = scratch(t);
      await compileAddon(architecture, join(folder, "one.node"));
      await compileAddon(architecture, join(folder, "two.node"));
      const [one, two] = [readFileSync(join(folder, "one.node")), readFileSync(join(folder, "two.node"))];
      t.is(one.readUInt16LE(18), machines[architecture]);
      t.true(one.equals(two));
      t.false(one.includes(projectRoot));
      t.deepEqual(readdirSync(folder), ["one.node", "two.node"]);
    },
  );
}

test("the addon says what is wrong with an argument or an address", async (t) => {
  const file = join(scratch(t), "transparent.node");
  await compileAddon(host, file);
  const addon: unknown = createRequire(import.meta.url)(file);
  if (typeof addon !== "object" || addon === null || !isTransparentAddon(addon)) throw new Error("no addon");
  t.throws(() => addon.listener("router", 80), {
    code: "EINVAL",
    message: "address for router port 80: Invalid argument",
  });
  t.throws(() => addon.listener("127.0.0.1", 65_536), { code: "EINVAL" });
  t.throws(() => Reflect.apply(addon.outgoing, undefined, ["127.0.0.1", 80]), {
    instanceOf: TypeError,
    message: "outgoing(address: string, port: number, mark: number)",
  });
});

function scratch(t: { teardown(task: () => void): void }): string {
  const folder = mkdtempSync(join(tmpdir(), "halfbridge-addon-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  return folder;
}

function hasCommand(name: string): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => existsSync(join(folder, name)));
}
