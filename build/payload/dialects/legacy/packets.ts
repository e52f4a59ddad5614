import { marks, type Arrival, type Family, type NetworkModel, type Side } from "../../../plan/network.ts";
import { joinScripts, maskedMark, openToLan, sides, type Counted, type Script } from "../dialect.ts";
import { iptablesScript, type Table } from "./tables.ts";

const programs = { ipv4: "iptables", ipv6: "ip6tables" } as const;
const icmp = { ipv4: "icmp", ipv6: "icmpv6" } as const;
const errors = { ipv4: "icmp-port-unreachable", ipv6: "icmp6-port-unreachable" } as const;

/** For each family that is routed: the same tables. */
function eachFamily(model: NetworkModel, tables: (family: Family) => readonly Table[]): Script {
  return joinScripts(...model.routed.map((family) => iptablesScript(programs[family], tables(family))));
}

/** What the router itself accepts. Forwarded packets pass: clients and servers see each other as they are. */
export function guardPackets(model: NetworkModel): Script {
  const { guard, arrivals } = model;
  return eachFamily(model, (family) => [
    {
      name: "filter",
      chains: {
        ...counters("rejected"),
        "halfbridge-guard": [
          "-i lo -j ACCEPT",
          ...guard.icmpDevices.map((device) => `-i ${device} -p ${icmp[family]} -j ACCEPT`),
          "# given to the proxy, and errors about its connections",
          `-m mark --mark ${maskedMark(marks.deliver)} -j ACCEPT`,
          ...openToLan(guard).flatMap(({ why, port }) => [
            `# ${why}`,
            ...arrivals.lan.map((arrival) => `${printArrival(arrival)} -p tcp --dport ${port} -j ACCEPT`),
          ]),
          "# answers to the router's own connections",
          "-p tcp ! --syn -m socket -j ACCEPT",
          "-p udp -m socket -j ACCEPT",
          ...countBySide(arrivals, "rejected"),
          "-j DROP",
        ],
      },
      hooks: [{ chain: "INPUT", rule: "-j halfbridge-guard" }],
    },
  ]);
}

/** What is routed, counted by port, and segments that fit the way to the ISP. */
export function networkPackets(model: NetworkModel): Script {
  const { arrivals, clamp, uplink } = model;
  const passing: Table = {
    name: "filter",
    chains: { ...counters("passed"), "halfbridge-passing": countBySide(arrivals, "passed") },
    hooks: [{ chain: "FORWARD", rule: "-j halfbridge-passing" }],
  };
  return eachFamily(model, (family) => {
    if (clamp === null) return [passing];
    const segments: Table = {
      name: "mangle",
      chains: {
        "halfbridge-clamp": [`-p tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss ${clamp[family]}`],
      },
      hooks: [
        ...arrivals.isp.map((arrival) => ({
          chain: "PREROUTING",
          rule: `${printArrival(arrival)} -j halfbridge-clamp`,
          first: true as const,
        })),
        { chain: "POSTROUTING", rule: `-o ${uplink} -j halfbridge-clamp` },
      ],
    };
    return [segments, passing];
  });
}

/** What is given to the proxy, from either side. */
export function capturePackets(model: NetworkModel): Script {
  const { capture, arrivals } = model;
  return eachFamily(model, (family) => {
    const exceptions = capture.exceptions.filter((exception) => exception.family === family);
    const matchOf = ({ from, to }: { from?: string; to?: string }): string =>
      [...(from === undefined ? [] : [`-s ${from}`]), ...(to === undefined ? [] : [`-d ${to}`])].join(" ");
    const mark = maskedMark(marks.deliver);
    const tcpTo = (ports: readonly number[]) => `-p tcp -m multiport --dports ${ports.join(",")}`;
    const toProxy = [
      `${tcpTo(capture.destinationPorts)} -j halfbridge-captured-lan`,
      ...capture.deliveries.map(
        ({ destinationPorts, proxyPort }) =>
          `${tcpTo(destinationPorts)} -j TPROXY --on-port ${proxyPort} --tproxy-mark ${mark}`,
      ),
    ];
    const mangle: Table = {
      name: "mangle",
      chains: {
        ...counters("captured"),
        "halfbridge-divert": [
          ...countBySide(arrivals, "captured"),
          `-j MARK --set-xmark ${mark}`,
          "-j ACCEPT",
        ],
        "halfbridge-own": [
          "# packets of the proxy's own connections, from the client's side and from the origin's; a SYN begins a new one,",
          "# though one between the same ends may be in TIME_WAIT: TPROXY knows, socket would keep the client waiting",
          "-p tcp ! --syn -m socket --transparent -j halfbridge-divert",
          "# and errors about them: without these, the proxy never learns of a smaller path MTU",
          `-p ${icmp[family]} -m socket --transparent -j halfbridge-divert`,
        ],
        ...(capture.clientSide
          ? {
              "halfbridge-capture": [
                ...exceptions.flatMap((exception) =>
                  exception.verdict === "pass"
                    ? [`${matchOf(exception)} -j RETURN`]
                    : toProxy.map((rule) => `${matchOf(exception)} ${rule}`),
                ),
                ...toProxy,
              ],
            }
          : {}),
      },
      hooks: [
        { chain: "PREROUTING", rule: "-j halfbridge-own" },
        ...(capture.clientSide
          ? arrivals.lan.map((arrival) => ({
              chain: "PREROUTING",
              rule: `${printArrival(arrival)} -j halfbridge-capture`,
            }))
          : []),
      ],
    };
    if (!capture.rejectsQuic) return [mangle];
    const filter: Table = {
      name: "filter",
      chains: {
        "halfbridge-quic": [
          ...exceptions
            .filter(({ verdict }) => verdict === "pass")
            .map((exception) => `${matchOf(exception)} -j RETURN`),
          "-j halfbridge-rejected-lan",
          `-j REJECT --reject-with ${errors[family]}`,
        ],
      },
      hooks: arrivals.lan.map((arrival) => ({
        chain: "FORWARD",
        rule: `${printArrival(arrival)} -p udp --dport 443 -j halfbridge-quic`,
        first: true as const, // before it is counted as passed
      })),
    };
    return [mangle, filter];
  });
}

/** Empty chains: the rules that call them count. */
const counters = (what: Counted): Record<string, readonly string[]> =>
  Object.fromEntries(sides.map((side) => [`halfbridge-${what}-${side}`, []]));

const countBySide = (arrivals: NetworkModel["arrivals"], what: Counted): string[] =>
  sides.flatMap((side: Side) =>
    arrivals[side].map((arrival) => `${printArrival(arrival)} -j halfbridge-${what}-${side}`),
  );

const printArrival = ({ device, mark }: Arrival): string =>
  `-i ${device}${mark === undefined ? "" : ` -m mark --mark ${maskedMark(mark)}`}`;
