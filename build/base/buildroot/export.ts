import { hasOwnImage, type Board } from "../../config/board.ts";
import { InputError } from "../../core/faults.ts";
import { mergeTrees, writeTree } from "../../core/tree.ts";
import type { Payload } from "../../payload/payload.ts";
import { renderTemplates } from "../../payload/render.ts";
import type { Plan } from "../../plan/plan.ts";
import type { ExportBase } from "../export-base.ts";
import { buildrootBoard } from "./board.ts";
import { oldestBuildroot } from "./checkout.ts";
import { diskImage, renderExternalTree } from "./external-tree.ts";

/** Writes the external tree into a folder, for people who have a build of their own; README.md says how. */
export async function exportExternalTree(plan: Plan, payload: Payload, directory: string): Promise<void> {
  const { board, site } = plan;
  const readme = await renderTemplates("buildroot-export", {
    ...{ title: board.title, board: board.name, image: diskImage, oldest: oldestBuildroot },
    ...{ site: site.name, mode: site.mode, dialect: site.dialect, planHash: plan.hash.slice(0, 12) },
  });
  await writeTree(mergeTrees(await renderExternalTree(plan, payload), readme), directory);
}

/** For a Buildroot of one's own. */
export const buildrootExport: ExportBase<Board> = {
  name: "buildroot",
  packages: ["libstdc++6"],
  boardFor(profile, file) {
    if (hasOwnImage(profile)) return { ...profile, base: "buildroot" };
    const fact = `is ${profile.base}: what Buildroot has to be told of this board isn't known`;
    throw new InputError([{ file, path: "/base", fact, hint: "use --base openwrt" }]);
  },
  check(board, site) {
    try {
      buildrootBoard({ board, site });
      return [];
    } catch (error) {
      if (error instanceof InputError) return [...error.faults];
      throw error;
    }
  },
  write: ({ plan, payload }, directory) => exportExternalTree(plan, payload, directory),
};
