import {
  marks,
  type Family,
  type FrameMatch,
  type FrameRule,
  type NetworkModel,
  type Side,
} from "../../../plan/network.ts";
import { hex, sides, type Script } from "../dialect.ts";
import { nftScript, oneOf } from "./tables.ts";

/** Before the bridge looks up where a frame goes; as early as ebtables' broute and nat tables are. */
const beforeBridging = (offset = "") =>
  `type filter hook prerouting priority dstnat${offset}; policy accept;`;

/** Which frames leave the bridge, and what crosses it, counted by port. */
export function networkFrames({ frames, bridge, ports }: NetworkModel): Script {
  if (frames === null || bridge === null) return { start: [], stop: [] };
  const { bridging, refused, marksSides } = frames;
  if (frames.arpReplies.length > 0)
    throw new Error("nftables can't answer ARP: the mode leaves that to the kernel");
  const crosses = bridge.ports.length > 1;
  const types = { ipv4: "ip", ipv6: "ip6" } as const;
  return nftScript({
    family: "bridge",
    name: "halfbridge",
    counters: crosses ? ["passed", ...(refused.length > 0 ? (["rejected"] as const) : [])] : [],
    chains: {
      ...(bridging.otherwise === "bridge"
        ? {}
        : {
            bridging: [
              beforeBridging(),
              `iifname != ${oneOf(bridge.ports.map(quote))} accept`,
              ...bridging.rules.flatMap((rule) => printRule(rule, brouteVerdicts[rule.verdict])),
              "# all else",
              brouteVerdicts[bridging.otherwise],
            ],
          }),
      ...(marksSides
        ? {
            sides: [
              beforeBridging(" - 10"),
              ...sides.map((side) => `iifname ${quote(ports[side])} ${markSide(side)}`),
            ],
          }
        : {}),
      ...(crosses
        ? {
            passing: [
              "type filter hook forward priority filter; policy accept;",
              ...refused.flatMap((family) => [
                "# doesn't cross",
                ...sides.map(
                  (side) =>
                    `iifname ${quote(ports[side])} ether type ${types[family]} counter name rejected_${side} drop`,
                ),
              ]),
              ...sides.map((side) => `iifname ${quote(ports[side])} counter name passed_${side}`),
            ],
          }
        : {}),
    },
  });
}

/** Frames that are taken while the proxy captures. */
export function captureFrames({ frames, ports }: NetworkModel): Script {
  const rules = frames?.capture.rules ?? [];
  if (frames === null || rules.length === 0) return { start: [], stop: [] };
  const { take } = frames.capture;
  // The bridge has the MAC of the ISP's port, which is there before the bridge is.
  const mac = `$(cat /sys/class/net/${ports.isp}/address)`;
  const verdict =
    take === "broute" ? brouteVerdicts.take : `ether daddr set ${mac} meta pkttype set host accept`;
  return nftScript({
    family: "bridge",
    name: "halfbridge-capture",
    counters: [],
    chains: {
      capture: [
        beforeBridging(),
        ...rules.flatMap((rule) => printRule(rule, rule.verdict === "take" ? verdict : "accept")),
      ],
    },
    ...(take === "dnat" ? { open: true as const } : {}),
  });
}

/** A frame that is only brouted stays addressed to somebody else, and is dropped: it is made ours first. */
const brouteVerdicts: Readonly<Record<FrameRule["verdict"], string>> = {
  route: "meta broute set 1 accept",
  bridge: "accept",
  take: "meta pkttype set host meta broute set 1 accept",
};

const quote = (device: string): string => `"${device}"`;

const markSide = (side: Side): string => `meta mark set meta mark or ${hex(marks[side])}`;

function printRule({ why, port, match }: FrameRule, verdict: string): string[] {
  const from = port === undefined ? [] : [`iifname ${quote(port)}`];
  return [`# ${why}`, ...printMatches(match).map((words) => [...from, ...words, verdict].join(" "))];
}

/**
 * An IPv6 fragment by each of two expressions: not every kernel finds the header of fragments in every frame by looking
 * for it (OpenWrt's didn't in long ones), and what the first header is followed by may be another one.
 */
function printMatches(match: FrameMatch): string[][] {
  const words = printMatch(match);
  if (!words.includes(anyIpv6Part)) return [words];
  return [words, words.map((word) => (word === anyIpv6Part ? "ip6 nexthdr ipv6-frag" : word))];
}

const anyIpv6Part = "exthdr frag exists";

function printMatch({ addressedTo, arp, ip }: FrameMatch): string[] {
  return [
    ...(addressedTo === undefined ? [] : [`meta pkttype ${addressedTo}`]),
    ...(arp === undefined ? [] : printArp(arp)),
    ...(ip === undefined ? [] : printIp(ip)),
  ];
}

function printArp({ request, gratuitous, sender, target }: NonNullable<FrameMatch["arp"]>): string[] {
  if (gratuitous) throw new Error("nftables can't compare an ARP packet's addresses with each other");
  return [
    "ether type arp",
    ...(request ? ["arp operation request"] : []),
    ...(sender === undefined ? [] : [`arp saddr ip ${sender}`]),
    ...(target === undefined ? [] : [`arp daddr ip ${target}`]),
  ];
}

const errors: Readonly<Record<Family, string>> = {
  ipv4: "icmp type { destination-unreachable, time-exceeded }",
  ipv6: "icmpv6 type { destination-unreachable, packet-too-big, time-exceeded }",
};

function printIp(ip: NonNullable<FrameMatch["ip"]>): string[] {
  const { family, from, to, protocol, sourcePorts, destinationPorts, fragment } = ip;
  const name = family === "ipv4" ? "ip" : "ip6";
  const anyPart = family === "ipv4" ? "ip frag-off & 0x3fff != 0" : anyIpv6Part;
  return [
    `ether type ${name}`,
    ...(from === undefined ? [] : [`${name} saddr ${from}`]),
    ...(to === undefined ? [] : [`${name} daddr ${to}`]),
    ...(fragment ? [...(protocol === undefined ? [] : [`ip protocol ${protocol}`]), anyPart] : []),
    ...(protocol === "neighbour" ? ["icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert }"] : []),
    ...(protocol === "error" ? [errors[family]] : []),
    ...(sourcePorts === undefined ? [] : [`${protocol} sport ${oneOf(sourcePorts)}`]),
    ...(destinationPorts === undefined ? [] : [`${protocol} dport ${oneOf(destinationPorts)}`]),
  ];
}
