/** What the tests of sites share. */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ExecutionContext } from "ava";
import { readSite } from "../../build/config/site.ts";
import { InputError } from "../../build/core/faults.ts";
import { temporaryFolder } from "../temporary-folder.ts";

export const capture = [{ port: 80, carries: "http" }];
/** A site without a fault, which says no more than it must. */
export const sound = {
  name: "lab",
  mode: "half-bridge",
  dialect: "legacy",
  lan: "10.1.2.0/24",
  router: "10.1.2.2",
  ispRouter: "10.1.2.1",
  capture,
};
export const ipv6 = {
  handling: "route",
  lan: "2001:db8:1:2::/64",
  router: "2001:db8:1:2::2",
  ispRouter: "2001:db8:1:2::1",
};

/** A site file, alone in a folder but for what lies beside it. */
export async function siteFile(
  t: ExecutionContext,
  content: object | string,
  beside: Readonly<Record<string, string | Buffer>> = {},
): Promise<string> {
  const file = join(await temporaryFolder(t), "site.yaml");
  for (const [name, text] of Object.entries(beside)) {
    await mkdir(dirname(join(dirname(file), name)), { recursive: true });
    await writeFile(join(dirname(file), name), text);
  }
  await writeFile(file, typeof content === "string" ? content : JSON.stringify(content));
  return file;
}

/** All faults of a site file, each as `PATH: FACT (HINT)`, sorted; none for a sound one. */
export async function faultsOf(t: ExecutionContext, content: object | string): Promise<string[]> {
  try {
    await readSite(await siteFile(t, content));
    return [];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.faults
      .map(({ path, fact, hint }) => `${path}: ${fact}${hint === undefined ? "" : ` (${hint})`}`)
      .sort();
  }
}

export async function faultPaths(t: ExecutionContext, content: object | string): Promise<string[]> {
  return (await faultsOf(t, content)).map((fault) => fault.split(": ")[0] ?? "");
}

/** The one fault of a site that is sound but for `changes`. */
export async function faultAfter(t: ExecutionContext, changes: object): Promise<string> {
  const faults = await faultsOf(t, { ...sound, ...changes });
  t.is(faults.length, 1, faults.join("\n"));
  return faults[0] ?? "";
}
