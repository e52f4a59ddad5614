/** What a payload would be for OpenWrt, without Node and without Debian's archive: text, and programs that are text. */
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import type { Made } from "../../../build/base/export-base.ts";
import { openwrtBoard } from "../../../build/base/openwrt/board.ts";
import { findBoard, readBoardProfile, type OpenwrtBoard } from "../../../build/config/board.ts";
import type { Site } from "../../../build/config/site.ts";
import type { Package } from "../../../build/debian/packages.ts";
import type { Tools } from "../../../build/debian/tools.ts";
import { renderConfiguration } from "../../../build/payload/configuration.ts";
import { makePlan } from "../../../build/plan/plan.ts";
import { writeFiles } from "../../payload/scripts.ts";
import { richSite } from "../../setups.ts";
import { temporaryFolder } from "../../temporary-folder.ts";

export const openwrtBoardByName = async (name: string): Promise<OpenwrtBoard> =>
  openwrtBoard(await readBoardProfile(await findBoard(name)), `${name}.yaml`);

export async function madeFor(
  t: ExecutionContext,
  boardName: string,
  changes: Partial<Site> = {},
): Promise<Made<OpenwrtBoard>> {
  const directory = await temporaryFolder(t);
  await writeFiles(directory, {
    "usr/bin/setpriv": "#!/bin/sh\n",
    "usr/bin/nc.openbsd": "#!/bin/sh\n",
    "usr/sbin/ndppd": "#!/bin/sh\n",
  });
  const board = await openwrtBoardByName(boardName);
  const debian: Package = {
    ...{ name: "tools", version: "1", architecture: board.arch, source: "tools 1" },
    ...{ homepage: undefined, sha256: "0".repeat(64), directory },
  };
  const plan = makePlan(board, { ...richSite, ...changes });
  const configuration = await renderConfiguration(plan);
  return {
    plan,
    payload: { tree: configuration, configuration, packages: [] },
    packages: [debian],
    tools: {} as Tools,
    compiler: "gcc",
    cache: join(directory, "cache"),
  };
}
