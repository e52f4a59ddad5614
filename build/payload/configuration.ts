import { lanPorts, type Port } from "../config/ports.ts";
import type { NamedFile } from "../config/site-files.ts";
import { link, mergeTrees, textFile, type Entry } from "../core/tree.ts";
import type { AnyPlan } from "../plan/plan.ts";
import { readOverlays, renderTemplates } from "./render.ts";
import { nodeFlags } from "./runtime.ts";
import { printSetup } from "./setup.ts";

/** Where the set-up is that the image is built with; others may come to stand beside it. */
export const builtSetup = "/etc/halfbridge/setups/built";

/** All of the payload that is text: the site's set-up, and the scripts that run it. */
export async function renderConfiguration(plan: AnyPlan, files: readonly NamedFile[] = []): Promise<Entry[]> {
  const { site, board } = plan;
  return mergeTrees(
    await readOverlays("payload", ...(site.proxy.engine === "squid" ? ["squid"] : [])),
    await renderTemplates("payload", { nodeFlags: nodeFlags.join(" ") }),
    printSetup(plan, files).map((entry) => ({ ...entry, path: builtSetup + entry.path })),
    [
      textFile("/etc/hostname", `${site.hostname}\n`),
      textFile("/etc/halfbridge/hardware", printHardware(board)),
      textFile(
        "/etc/halfbridge/lights",
        (board.leds ?? []).map(({ name, shows }) => `${name} ${shows}\n`).join(""),
      ),
      // the board is what the image is for: a new site is planned for it on the router itself
      textFile("/etc/halfbridge/board.json", `${JSON.stringify(board, null, 2)}\n`),
      link("/etc/resolv.conf", "/run/halfbridge/setup/resolv.conf"),
    ],
  );
}

/** What the board is and where its ports are, as shell variables; of several LAN ports with spaces between. */
function printHardware({ deviceTree, ports }: AnyPlan["board"]): string {
  const lan = lanPorts(ports);
  const facts = {
    COMPATIBLE: deviceTree?.compatible ?? "",
    ISP: ports.isp.name,
    ISP_AT: placeOf(ports.isp),
    LAN: lan.map(({ name }) => name).join(" "),
    LAN_AT: lan.map(placeOf).join(" "),
  };
  return Object.entries(facts)
    .map(([name, value]) => `${name}='${value}'\n`)
    .join("");
}

const placeOf = ({ path, dsaPort }: Port): string => path ?? (dsaPort === undefined ? "" : `dsa:${dsaPort}`);
