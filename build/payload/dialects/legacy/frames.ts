import {
  marks,
  type FrameMatch,
  type FrameRule,
  type FrameVerdict,
  type Frames,
  type NetworkModel,
  type Side,
} from "../../../plan/network.ts";
import { maskedMark, hex, sides, joinScripts, type Script } from "../dialect.ts";
import { ebtablesScript, type Table } from "./tables.ts";

/** In the broute table DROP means: route it, and ACCEPT: bridge it. redirect makes it ours first. */
const brouteVerdicts: Readonly<Record<FrameVerdict, string>> = {
  route: "-j DROP",
  bridge: "-j ACCEPT",
  take: "-j redirect --redirect-target DROP",
};

/** Stands for the bridge's MAC address, which is known only on the router. */
const bridgeMac = "$(cat /sys/class/net/br0/address)";

/** Which frames leave the bridge, which ARP requests it answers, and what crosses it, counted by port. */
export function networkFrames({ frames, bridge, ports }: NetworkModel): Script {
  if (frames === null || bridge === null) return { start: [], stop: [] };
  const { bridging, arpReplies, marksSides } = frames;
  const crosses = bridge.ports.length > 1;
  return withBridgeMac(
    ebtablesScript([
      {
        name: "broute",
        chains: {
          ...(bridging.otherwise === "bridge"
            ? {}
            : {
                "halfbridge-bridging": [
                  ...bridging.rules.flatMap((rule) => printRule(rule, brouteVerdicts[rule.verdict])),
                  "# all else",
                  brouteVerdicts[bridging.otherwise],
                ],
              }),
        },
        hooks:
          bridging.otherwise === "bridge" ? [] : onBridge(bridge.ports, "BROUTING", "halfbridge-bridging"),
      },
      natTable(arpReplies, marksSides, ports),
      filterTable(frames, crosses, ports),
    ]),
  );
}

/** Only our ports: another bridge may be somebody else's. */
const onBridge = (ports: readonly string[], chain: string, target: string): Table["hooks"] =>
  ports.map((port) => ({ chain, rule: `-i ${port} -j ${target}` }));

function natTable(
  arpReplies: Frames["arpReplies"],
  marksSides: boolean,
  ports: NetworkModel["ports"],
): Table {
  const chains: Record<string, readonly string[]> = {};
  const hooks: { chain: string; rule: string; first?: true }[] = [];
  if (arpReplies.length > 0) {
    chains["halfbridge-arp"] = arpReplies.map(
      ({ port, targets }) =>
        `-p ARP -i ${port} --arp-op Request --arp-ip-dst ${targets} -j arpreply --arpreply-mac ${bridgeMac} --arpreply-target DROP`,
    );
    hooks.push({ chain: "PREROUTING", rule: "-j halfbridge-arp" });
  }
  if (marksSides) {
    chains["halfbridge-sides"] = sides.map((side) => `-i ${ports[side]} ${markSide(side)}`);
    hooks.push({ chain: "PREROUTING", rule: "-j halfbridge-sides", first: true });
  }
  return { name: "nat", chains, hooks };
}

const markSide = (side: Side): string => `-j mark --mark-or ${hex(marks[side])} --mark-target CONTINUE`;

function filterTable({ refused }: Frames, crosses: boolean, ports: NetworkModel["ports"]): Table {
  if (!crosses) return { name: "filter", chains: {}, hooks: [] };
  const protocols = { ipv4: "IPv4", ipv6: "IPv6" } as const;
  return {
    name: "filter",
    chains: {
      "halfbridge-passed-lan": [],
      "halfbridge-passed-isp": [],
      ...(refused.length > 0 ? { "halfbridge-rejected-lan": [], "halfbridge-rejected-isp": [] } : {}),
      "halfbridge-passing": [
        ...refused.flatMap((family) => [
          "# doesn't cross",
          ...sides.map((side) => `-p ${protocols[family]} -i ${ports[side]} -j halfbridge-rejected-${side}`),
          `-p ${protocols[family]} -j DROP`,
        ]),
        ...sides.map((side) => `-i ${ports[side]} -j halfbridge-passed-${side}`),
      ],
    },
    hooks: sides.map((side) => ({ chain: "FORWARD", rule: `-i ${ports[side]} -j halfbridge-passing` })),
  };
}

/** Frames that are taken while the proxy captures; where ebtables can't see fragments, tc marks them before. */
export function captureFrames({ frames, ports }: NetworkModel): Script {
  const rules = frames?.capture.rules ?? [];
  if (frames === null || rules.length === 0) return { start: [], stop: [] };
  const { take } = frames.capture;
  const sideOf = (port: string | undefined): Side => (port === ports.lan ? "lan" : "isp");
  const verdicts = (rule: FrameRule): string =>
    rule.verdict === "take" ? `-j halfbridge-take-${sideOf(rule.port)}` : "-j RETURN";
  const taking = (side: Side): readonly string[] =>
    take === "broute" ? [brouteVerdicts.take] : [markSide(side), "-j redirect --redirect-target ACCEPT"];
  const table: Table = {
    name: take === "broute" ? "broute" : "nat",
    chains: {
      "halfbridge-take-lan": taking("lan"),
      "halfbridge-take-isp": taking("isp"),
      "halfbridge-capture": rules.flatMap((rule) => printRule(rule, verdicts(rule))),
    },
    hooks: onBridge(
      [ports.lan, ports.isp],
      take === "broute" ? "BROUTING" : "PREROUTING",
      "halfbridge-capture",
    ),
  };
  return joinScripts(...markFragments(rules), ebtablesScript([table]));
}

/** tc's place in the priorities of a port's ingress filters. */
const preference = 47;

function markFragments(rules: readonly FrameRule[]): Script[] {
  const wanted = rules.filter(({ match }) => match.ip?.fragment);
  const ports = [...new Set(wanted.flatMap(({ port }) => port ?? []))];
  return ports.map((port) => ({
    start: [
      `tc qdisc add dev ${port} clsact 2> /dev/null || true # it may be there already`,
      ...wanted
        .filter((rule) => rule.port === port)
        .map(({ match: { ip } }, index) => {
          const [protocol, which] = ip?.family === "ipv4" ? ["ip", "ip_proto tcp "] : ["ipv6", ""];
          return `tc filter add dev ${port} ingress protocol ${protocol} pref ${preference + index} flower ${which}ip_flags frag action skbedit mark ${maskedMark(marks.fragment)}`;
        }),
    ],
    stop: [
      ...wanted
        .filter((rule) => rule.port === port)
        .map((_, index) => `tc filter del dev ${port} ingress pref ${preference + index}`)
        .toReversed(),
      `[ -n "$(tc filter show dev ${port} ingress; tc filter show dev ${port} egress)" ] || tc qdisc del dev ${port} clsact`,
    ],
  }));
}

/** A rule's comment and its lines: ebtables takes one port a rule. */
function printRule({ why, port, match }: FrameRule, verdict: string): string[] {
  const side = port === undefined ? "" : `-i ${port} `;
  return [`# ${why}`, ...printMatches(match).map((text) => [side + text, verdict].filter(Boolean).join(" "))];
}

function printMatches({ addressedTo, arp, ip }: FrameMatch): string[] {
  const to =
    addressedTo === undefined ? [] : [`--pkttype-type ${addressedTo === "host" ? "host" : "otherhost"}`];
  if (arp !== undefined) return [["-p ARP", ...to, ...printArp(arp)].join(" ")];
  if (ip !== undefined) return printIp(ip).map((words) => [...words, ...to].join(" "));
  return [to.join(" ")];
}

function printArp({ request, gratuitous, sender, target }: NonNullable<FrameMatch["arp"]>): string[] {
  return [
    ...(request ? ["--arp-op Request"] : []),
    ...(gratuitous ? ["--arp-gratuitous"] : []),
    ...(sender === undefined ? [] : [`--arp-ip-src ${sender}`]),
    ...(target === undefined ? [] : [`--arp-ip-dst ${target}`]),
  ];
}

function printIp(ip: NonNullable<FrameMatch["ip"]>): string[][] {
  const { family, from, to, protocol, sourcePorts, destinationPorts, fragment } = ip;
  const [name, v] = family === "ipv4" ? ["IPv4", "ip"] : ["IPv6", "ip6"];
  const words = [
    `-p ${name}`,
    ...(from === undefined ? [] : [`--${v}-src ${from}`]),
    ...(to === undefined ? [] : [`--${v}-dst ${to}`]),
  ];
  if (fragment) return [[...words, `--mark ${maskedMark(marks.fragment)}`]];
  if (protocol === undefined) return [words];
  if (protocol === "neighbour") {
    return ["neighbour-solicitation", "neighbour-advertisement"].map((type) => [
      ...words,
      "--ip6-proto ipv6-icmp",
      `--ip6-icmp-type ${type}`,
    ]);
  }
  if (protocol === "error") {
    return family === "ipv4"
      ? ["destination-unreachable", "time-exceeded"].map((type) => [
          ...words,
          "--ip-proto 1",
          `--ip-icmp-type ${type}`,
        ])
      : ["destination-unreachable", "packet-too-big", "time-exceeded"].map((type) => [
          ...words,
          "--ip6-proto ipv6-icmp",
          `--ip6-icmp-type ${type}`,
        ]);
  }
  // numbers, so that /etc/protocols isn't needed
  const transport = [...words, `--${v}-proto ${protocol === "tcp" ? 6 : 17}`];
  if (sourcePorts !== undefined) return sourcePorts.map((port) => [...transport, `--${v}-sport ${port}`]);
  if (destinationPorts !== undefined)
    return destinationPorts.map((port) => [...transport, `--${v}-dport ${port}`]);
  return [transport];
}

function withBridgeMac({ start, stop }: Script): Script {
  // the MAC is the one thing that the shell fills in
  return {
    start: start.map((text) => (text.includes(bridgeMac) ? text.replace("'RULES'", "RULES") : text)),
    stop,
  };
}
