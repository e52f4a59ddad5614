/** External trees for tests, with a payload that weighs nothing. */
import { join } from "node:path";
import { readBoardByName, type Board } from "../../../build/config/board.ts";
import { projectRoot } from "../../../build/core/paths.ts";
import { copyOf, mergeTrees, type Entry } from "../../../build/core/tree.ts";
import { renderExternalTree } from "../../../build/base/buildroot/external-tree.ts";
import { renderConfiguration } from "../../../build/payload/configuration.ts";
import { makePlan } from "../../../build/plan/plan.ts";
import { readSite } from "../../../build/config/site.ts";
import { board as pc } from "../../setups.ts";

export const site = await readSite("sites/example.yaml");

export const planFor = (board: Board = pc) => makePlan({ ...board, base: "buildroot" }, site);

/** A board whose U-Boot Buildroot builds. */
export const rockPiE = await readBoardByName("rock-pi-e");

const configuration = await renderConfiguration(planFor());

/** The proxy's runtime, of which just its being there as it was made matters here. */
const runtime = copyOf("/usr/lib/halfbridge/runtime/node.elf", join(projectRoot, "LICENSE"));

export const payload = { tree: mergeTrees(configuration, [runtime]), configuration };

export const treeFor = (board: Board = pc, userFragment = ""): Promise<Entry[]> =>
  renderExternalTree(planFor(board), payload, userFragment);
