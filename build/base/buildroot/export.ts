import { mergeTrees, writeTree } from "../../core/tree.ts";
import type { Payload } from "../../payload/payload.ts";
import { renderTemplates } from "../../payload/render.ts";
import type { Plan } from "../../plan/plan.ts";
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
