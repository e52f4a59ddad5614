import { mergeTrees, type Entry } from "../../core/tree.ts";
import type { OpenwrtBoard } from "../../config/board.ts";
import type { Package } from "../../debian/packages.ts";
import type { Payload } from "../../payload/payload.ts";
import { readOverlays, renderTemplates } from "../../payload/render.ts";
import type { Plan } from "../../plan/plan.ts";
import { planPorts } from "../../plan/ports.ts";
import { bringTools } from "./tools.ts";

/** What of the payload is for an init of BusyBox's, which finds drivers and names ports by itself. */
const others = new Set(["/etc/hostname", "/etc/halfbridge/hardware", "/etc/halfbridge/lights"]);

export interface FilesTree {
  /** What goes over OpenWrt's own files (FILES of an ImageBuilder, files/ of a source checkout). */
  readonly tree: Entry[];
  /** The Debian packages that anything in it is from. */
  readonly packages: readonly Package[];
}

/** The payload in OpenWrt's conventions. */
export async function filesTree(
  plan: Plan<OpenwrtBoard>,
  payload: Payload,
  packages: readonly Package[],
): Promise<FilesTree> {
  const tools = await bringTools(plan.board.arch, packages);
  return {
    tree: mergeTrees(
      payload.tree.filter(({ path }) => !others.has(path)),
      await conventions(plan),
      tools.tree,
    ),
    packages: [...new Set([...payload.packages, ...tools.packages])],
  };
}

/** Services, defaults and what an upgrade keeps: all that is OpenWrt's way and no other base's. */
export async function conventions({ board, site, network }: Plan<OpenwrtBoard>): Promise<Entry[]> {
  // a running router may be given another mode
  const lan = [false, true].map((onBridge) => planPorts(board, onBridge).ports.lan);
  const devices = [...new Set([network.ports.isp, ...lan, "br0"])];
  return mergeTrees(
    await readOverlays("openwrt"),
    await renderTemplates("openwrt", {
      hostname: site.hostname,
      timeZone: site.policy.timeZone,
      shell: site.console === "root-shell",
      devices: devices.map((device) => `"${device}"`).join(", "),
    }),
  );
}
