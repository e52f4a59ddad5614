import type { BoardProfile } from "../../config/board.ts";
import { formatAddress6, parseAddress6 } from "../../config/ipv6.ts";
import type { Site } from "../../config/site.ts";
import type { FrameRule, Frames, NetworkModel } from "../network.ts";
import { planPorts } from "../ports.ts";
import { networksOf } from "./parts/capture.ts";
import { answeringSettings, proxyArp, routedPorts } from "./parts/routed-ports.ts";
import { commonSettings } from "./parts/settings.ts";

/**
 * Jan Engelhardt's half bridge: a bridge with one port, the ISP's. All frames are taken off it and
 * routed, but for the ARP requests for the LAN's addresses, which it answers with its own MAC. The ISP's
 * router sees the whole LAN on its own wire; on the LAN, ARP for the ISP's router is answered likewise.
 *
 * nftables has no ARP reply: there all frames are routed, and the kernel's proxy ARP answers, which knows
 * duplicate-address probes by itself.
 *
 * `arp: bridge`: "you can also bridge all ARP traffic, i.e. let the clients answer ARP". For that the LAN's
 * port has to be on the bridge as well, and frames to the clients' own MACs are taken.
 */
export function modelHalfBridge(board: BoardProfile, site: Site): NetworkModel {
  const bridgesArp = site.arp === "bridge";
  // What crosses the bridge needs both ports on it.
  const crosses = bridgesArp || site.ipv6.handling === "bridge";
  const planned = planPorts(board, crosses);
  const { isp, lan } = planned.ports;
  const routed = routedPorts(planned, site);
  const kernelAnswers = !bridgesArp && site.dialect === "nft";
  return {
    ...routed,
    bridge: { name: "br0", ports: crosses ? [isp, lan] : [isp] },
    neighbourProxies: bridgesArp ? [] : routed.neighbourProxies,
    prefixProxies:
      !bridgesArp && site.ipv6.handling === "route"
        ? [{ device: isp, behind: lan, prefix: site.ipv6.lan }]
        : [],
    settings: [
      ...commonSettings(site, planned, "br0"),
      ...(bridgesArp ? [] : answeringSettings(planned, site)),
      ...(kernelAnswers ? [proxyArp(isp)] : []),
    ],
    frames: {
      bridging: {
        otherwise: "route",
        rules: [
          ...(site.ipv6.handling === "bridge" ? [crossingIpv6] : []),
          ...(bridgesArp ? crossingArp(site) : kernelAnswers ? [] : answeredArp(site, isp)),
        ],
      },
      arpReplies: bridgesArp || kernelAnswers ? [] : [{ port: isp, targets: site.lan }],
      ...nothingElse,
    },
  };
}

const nothingElse: Pick<Frames, "refused" | "marksSides" | "capture"> = {
  refused: [],
  marksSides: false,
  capture: { take: "broute", rules: [] },
};

const crossingIpv6: FrameRule = {
  why: "the site lets IPv6 cross, unfiltered",
  match: { ip: { family: "ipv6" } },
  verdict: "bridge",
};

/** Which ARP requests stay on the bridge, to be answered there. */
function answeredArp({ ispRouter, lan }: Site, isp: string): FrameRule[] {
  return [
    {
      why: "announcements concern the router's own neighbours",
      port: isp,
      match: { arp: { request: true, gratuitous: true } },
      verdict: "route",
    },
    {
      why: "duplicate-address probes are never answered for others (RFC 5227)",
      port: isp,
      match: { arp: { request: true, sender: "0.0.0.0" } },
      verdict: "route",
    },
    {
      why: "the ISP's router answers for itself",
      port: isp,
      match: { arp: { request: true, target: ispRouter } },
      verdict: "route",
    },
    {
      why: "all other addresses of the LAN are here",
      port: isp,
      match: { arp: { request: true, target: lan } },
      verdict: "bridge",
    },
  ];
}

/** ARP, and neighbour discovery, cross the bridge; what is for the router itself doesn't, nor does anything else. */
function crossingArp(site: Site): FrameRule[] {
  const forItself = "the router's ports answer for themselves, and get their answers";
  const across = "the others answer each other";
  return [
    { why: forItself, match: { addressedTo: "host", arp: {} }, verdict: "route" },
    { why: forItself, match: { arp: { request: true, target: site.router } }, verdict: "route" },
    { why: across, match: { arp: {} }, verdict: "bridge" },
    ...networksOf(site)
      .filter(({ family }) => family === "ipv6")
      .flatMap(({ family, router }): FrameRule[] => [
        {
          why: forItself,
          match: { addressedTo: "host", ip: { family, protocol: "neighbour" } },
          verdict: "route",
        },
        {
          why: forItself,
          match: { ip: { family, protocol: "neighbour", to: solicitedNode(router) } },
          verdict: "route",
        },
        { why: across, match: { ip: { family, protocol: "neighbour" } }, verdict: "bridge" },
      ]),
    {
      why: "the others' frames carry the others' MACs, and are routed all the same",
      match: { addressedTo: "other" },
      verdict: "take",
    },
  ];
}

/** The multicast group in which an address is asked for (RFC 4291, 2.7.1). */
const solicitedNode = (address: string): string =>
  formatAddress6((0xff02n << 112n) | (0x1_ffn << 24n) | (parseAddress6(address) & 0xff_ffffn));
