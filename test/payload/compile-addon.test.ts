import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import { hostArchitecture, tripletOf, type Architecture } from "../../build/debian/architectures.ts";
import { compileAddon } from "../../build/payload/compile-addon.ts";
import { projectRoot } from "../../build/core/paths.ts";
import { hostAddon } from "../proxy/native/engine-addon.ts";
import { testUnless } from "../test-unless.ts";
import { hostCompiler } from "./host-compiler.ts";
import { isTransparentAddon } from "../../proxy/src/transport.ts";

/** e_machine in an ELF header (System V ABI). */
const machines: Readonly<Record<Architecture, number>> = { amd64: 62, arm64: 183, armhf: 40 };

for (const architecture of ["amd64", "arm64", "armhf"] as const) {
  const compiler = hostCompiler(architecture);
  const withCompiler = testUnless(
    compiler === undefined ? `${tripletOf(architecture)}-gcc is missing` : undefined,
    `the addon for ${architecture}`,
  );
  withCompiler(
    `the addon for ${architecture} is for that machine, the same each time, and names no path`,
    async (t) => {
      const folder = scratch(t);
      if (compiler === undefined) throw new Error("gcc is missing");
      await compileAddon(compiler, "engine.node", join(folder, "one.node"));
      const isOwn = architecture === hostArchitecture();
      const before = isOwn ? await hostAddon("engine.node") : join(folder, "two.node");
      if (!isOwn) await compileAddon(compiler, "engine.node", before);
      const [one, two] = [readFileSync(join(folder, "one.node")), readFileSync(before)];
      t.is(one.readUInt16LE(18), machines[architecture]);
      t.true(one.equals(two));
      t.false(one.includes(projectRoot));
      t.deepEqual(readdirSync(folder), isOwn ? ["one.node"] : ["one.node", "two.node"]);
    },
  );
}

test("the addon says what is wrong with an argument or an address", async (t) => {
  const file = await hostAddon("transparent.node");
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
