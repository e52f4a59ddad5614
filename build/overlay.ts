import { existsSync } from "node:fs";
import { lstat, mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import type { ExportBase, Made } from "./base/export-base.ts";
import type { BoardProfile } from "./config/board.ts";
import type { LoadedSite } from "./config/site.ts";
import { InputError } from "./core/faults.ts";
import { step } from "./core/progress.ts";
import { projectVersion } from "./core/project-version.ts";
import { replaceFolder } from "./core/replace-folder.ts";
import { fetchMaterials, type FetchOptions } from "./fetch-materials.ts";
import { makePayload } from "./payload/payload.ts";
import { runtimePackages } from "./payload/runtime.ts";
import { makePlan } from "./plan/plan.ts";

/** Says that a folder is one that was exported: it may be replaced. */
const exportMark = "halfbridge.json";

/** board + site → plan → payload, for a base that isn't Debian's. */
export async function makeForBase<B extends BoardProfile>(
  base: ExportBase<B>,
  board: B,
  { site, files }: LoadedSite,
  options: FetchOptions,
): Promise<Made<B>> {
  const plan = makePlan(board, site, files);
  const names = [...base.packages, ...runtimePackages(board.arch)];
  const materials = await fetchMaterials(board.arch, names, options);
  const { tools, compiler, packages, packageCache } = materials;
  const cache = packageCache.directory;
  const payload = await makePayload(plan, files, materials);
  return { plan, payload, packages, tools, compiler: compiler.name, cache };
}

/** payload → overlay: into a folder that isn't there, is empty, or was exported before. Whole or not at all. */
export async function exportOverlay<B extends BoardProfile>(
  base: ExportBase<B>,
  made: Made<B>,
  directory: string,
): Promise<void> {
  const { plan } = made;
  await mkdir(dirname(directory), { recursive: true });
  await step(`Write the overlay to ${directory}`, () =>
    replaceFolder(directory, async (unfinished) => {
      await base.write(made, unfinished);
      const about = { halfbridge: await projectVersion(), base: base.name, board: plan.board.name };
      const text = JSON.stringify({ ...about, site: plan.site.name, planHash: plan.hash }, null, 2);
      await writeFile(join(unfinished, exportMark), `${text}\n`);
    }),
  );
}

/** Throws an InputError where a folder has what nobody would want replaced. */
export async function requireExportable(directory: string): Promise<void> {
  const refuse = (fact: string, hint = "name a folder that isn't there yet"): never => {
    throw new InputError([{ file: directory, path: "", fact, hint }]);
  };
  if (!existsSync(directory)) return;
  const mark = join(directory, exportMark);
  const exported = existsSync(mark) ? (await stat(mark)).mtimeMs : undefined;
  if (exported === undefined) {
    const names = await readdir(directory).catch(() => undefined);
    if (names?.length === 0) return;
    refuse(names === undefined ? "isn't a folder" : "has files in it that weren't exported");
    return;
  }
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    // the mark was written last
    if (entry.isDirectory() || (await lstat(file)).mtimeMs <= exported) continue;
    const fact = `has ${relative(directory, file)} in it, which is newer than what was exported`;
    refuse(fact, "take it elsewhere, or name another folder");
  }
}
