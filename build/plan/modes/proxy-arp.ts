import type { BoardProfile } from "../../config/board.ts";
import type { Site } from "../../config/site.ts";
import type { NetworkModel } from "../network.ts";
import { portNames } from "../ports.ts";
import { answeringSettings, proxyArp, routedPorts } from "./parts/routed-ports.ts";
import { commonSettings } from "./parts/settings.ts";

/** No bridge at all: each port answers ARP for the other side, and everything is routed. The simplest. */
export function modelProxyArp(board: BoardProfile, site: Site): NetworkModel {
  const { isp, lan } = portNames(board);
  return {
    ...routedPorts(board, site),
    bridge: null,
    frames: null,
    prefixProxies:
      site.ipv6.handling === "route" ? [{ device: isp, behind: lan, prefix: site.ipv6.lan }] : [],
    settings: [...commonSettings(site, [isp, lan], null), ...answeringSettings(board, site), proxyArp(isp)],
  };
}
