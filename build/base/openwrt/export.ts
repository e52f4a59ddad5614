import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { OpenwrtBoard } from "../../config/board.ts";
import { projectVersion } from "../../core/project-version.ts";
import { writeTree } from "../../core/tree.ts";
import { debianComponents, formatSbom } from "../../image/sbom.ts";
import { renderTemplates } from "../../payload/render.ts";
import { nodeRelease } from "../../payload/runtime.ts";
import type { ExportBase } from "../export-base.ts";
import { checkForOpenwrt, openwrtBoard } from "./board.ts";
import { needsBroute } from "./check-offer.ts";
import { releases } from "./releases.ts";
import { disabledServices, wantedPackages } from "./packages.ts";
import { sourceConfig } from "./source-config.ts";
import { toolPackages } from "./tools.ts";
import { filesTree } from "./tree.ts";

/** For an ImageBuilder or a source checkout of one's own: FILES, the packages to install, and the lines of .config. */
export const openwrtExport: ExportBase<OpenwrtBoard> = {
  name: "openwrt",
  packages: toolPackages,
  boardFor: openwrtBoard,
  check: (_, site, file) => checkForOpenwrt(site, file),
  async write({ plan, payload, packages }, directory) {
    const { board, site } = plan;
    const { openwrt } = board;
    const { tree, packages: used } = await filesTree(plan, payload, packages);
    const version = await projectVersion();
    const node = await nodeRelease(board.arch, packages);
    const wanted = wantedPackages(board);
    const at = (name: string) => join(directory, name);
    await writeTree(tree, at("files"));
    await writeFile(at("packages.txt"), lines(wanted));
    await writeFile(at("disabled-services.txt"), lines(disabledServices));
    await writeFile(at("config"), lines(sourceConfig(board)));
    const bom = {
      board: board.name,
      planHash: plan.hash,
      image: { file: "files", bytes: 0, sha256: plan.hash },
      loader: [],
    };
    await writeFile(at("sbom.cdx.json"), formatSbom(bom, version, debianComponents(used), node));
    const view = {
      title: board.title,
      profile: openwrt.profile,
      target: `${openwrt.target}/${openwrt.subtarget}`,
      rootfs: openwrt.rootfsMiB,
      site: site.name,
      since: openwrt.since ?? releases[0]?.name,
      needsBroute: needsBroute(site),
    };
    await writeTree(await renderTemplates("openwrt-export", view), directory);
  },
};

const lines = (text: readonly string[]): string => text.map((line) => `${line}\n`).join("");
