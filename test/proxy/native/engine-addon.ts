import { createHash, randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { hostArchitecture } from "../../../build/debian/architectures.ts";
import { run } from "../../../build/core/run.ts";
import { compileFlags, linkFlags } from "../../../build/debian/compiler.ts";
import { addons, compileAddon } from "../../../build/payload/compile-addon.ts";
import { projectRoot } from "../../../build/core/paths.ts";
import { isEngineAddon, type EngineAddon } from "../../../proxy/src/native/addon.ts";
import { hostCompiler } from "../../payload/host-compiler.ts";

let loaded: Promise<EngineAddon> | undefined;

/**
 * The native engine, compiled by the machine's own gcc: once for all test files, which come at the same time.
 * HALFBRIDGE_ENGINE_ADDON names another one, such as one with sanitizers in it.
 */
export function engineAddon(): Promise<EngineAddon> {
  loaded ??= findAddon().then(loadAddon);
  return loaded;
}

async function findAddon(): Promise<string> {
  return process.env["HALFBRIDGE_ENGINE_ADDON"] ?? (await hostAddon("engine.node"));
}

/**
 * One of the proxy's addons, compiled by the machine's own gcc where it hasn't compiled these sources yet. The file isn't to be
 * changed.
 */
export async function hostAddon(name: keyof typeof addons): Promise<string> {
  const compiler = hostCompiler(hostArchitecture());
  if (compiler === undefined) throw new Error("gcc is missing");
  const { stdout: version } = await run([compiler.name, "--version"]);
  const key = identifySources(version, ...compileFlags, ...linkFlags);
  const folder = join(tmpdir(), `halfbridge-addons-${userInfo().uid}`, key);
  const file = join(folder, name);
  if (existsSync(file)) return file;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const mine = `${file}.${randomUUID()}`;
  await compileAddon(compiler, name, mine);
  renameSync(mine, file);
  return file;
}

function identifySources(...compiledBy: readonly string[]): string {
  const folder = join(projectRoot, "proxy", "addon");
  const hash = createHash("sha256").update(compiledBy.join("\n"));
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" }).sort())
    if (/\.[ch]$/.test(name)) hash.update(name).update(readFileSync(join(folder, name)));
  return hash.digest("hex").slice(0, 16);
}

function loadAddon(file: string): EngineAddon {
  const addon = { exports: {} };
  process.dlopen(addon, file);
  if (!isEngineAddon(addon.exports)) throw new Error(`${file}: not the proxy's engine`);
  return addon.exports;
}
