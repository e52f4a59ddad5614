import type { BoardProfile } from "../../config/board.ts";
import type { Site } from "../../config/site.ts";
import type { NetworkModel } from "../network.ts";
import { planPorts } from "../ports.ts";
import { answeringSettings, proxyArp, routedPorts } from "./parts/routed-ports.ts";
import { commonSettings } from "./parts/settings.ts";

/** No bridge at all: each port answers ARP for the other side, and everything is routed. The simplest. */
export function modelProxyArp(board: BoardProfile, site: Site): NetworkModel {
  const planned = planPorts(board, false);
  const { isp, lan } = planned.ports;
  return {
    ...routedPorts(planned, site),
    bridge: null,
    frames: null,
    prefixProxies:
      site.ipv6.handling === "route" ? [{ device: isp, behind: lan, prefix: site.ipv6.lan }] : [],
    settings: [...commonSettings(site, planned, null), ...answeringSettings(planned, site), proxyArp(isp)],
  };
}
