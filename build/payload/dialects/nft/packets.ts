import {
  marks,
  type Arrival,
  type CaptureException,
  type Family,
  type NetworkModel,
} from "../../../plan/network.ts";
import { hex, openToLan, sides, type Counted, type Script } from "../dialect.ts";
import { nftScript, oneOf } from "./tables.ts";

const protocols = { ipv4: "ip", ipv6: "ip6" } as const;

/** What the router itself accepts. Forwarded packets pass: clients and servers see each other as they are. */
export function guardPackets({ guard, arrivals, routed }: NetworkModel): Script {
  const icmp = routed.map((family) => (family === "ipv4" ? "icmp" : "ipv6-icmp"));
  return nftScript({
    family: "inet",
    name: "halfbridge-guard",
    counters: ["rejected"],
    chains: {
      input: [
        "type filter hook input priority filter; policy drop;",
        'iifname "lo" accept',
        `iifname ${oneOf(guard.icmpDevices.map(quote))} meta l4proto ${oneOf(icmp)} accept`,
        "# given to the proxy, and errors about its connections",
        `meta mark & ${hex(marks.deliver)} != 0 accept`,
        ...openToLan(guard).flatMap(({ why, port }) => [
          `# ${why}`,
          ...arrivals.lan.map((arrival) => `${printArrival(arrival)} tcp dport ${port} accept`),
        ]),
        "# answers to the router's own connections",
        "meta l4proto tcp tcp flags & (fin | syn | rst | ack) != syn socket wildcard 0 accept",
        "meta l4proto udp socket wildcard 0 accept",
        ...countBySide(arrivals, "rejected"),
      ],
    },
  });
}

/** What is routed, counted by port, and segments that fit the way to the ISP. */
export function networkPackets({ arrivals, clamp, uplink, routed }: NetworkModel): Script {
  const clamps =
    clamp === null
      ? []
      : routed.map(
          (family) =>
            `meta nfproto ${family} tcp flags & (syn | rst) == syn tcp option maxseg size set ${clamp[family]}`,
        );
  return nftScript({
    family: "inet",
    name: "halfbridge",
    counters: ["passed"],
    chains: {
      passing: [
        // after what rejects: a packet is counted once
        "type filter hook forward priority filter + 10; policy accept;",
        ...countBySide(arrivals, "passed"),
      ],
      ...(clamps.length === 0
        ? {}
        : {
            clamp: clamps,
            "clamp-in": [
              "type filter hook prerouting priority mangle - 10; policy accept;",
              ...arrivals.isp.map((arrival) => `${printArrival(arrival)} jump clamp`),
            ],
            "clamp-out": [
              "type filter hook postrouting priority mangle; policy accept;",
              `oifname ${quote(uplink)} jump clamp`,
            ],
          }),
    },
  });
}

/** What is given to the proxy, from either side. */
export function capturePackets({ capture, arrivals, routed }: NetworkModel): Script {
  const { clientSide, rejectsQuic, exceptions } = capture;
  const passes = exceptions.filter(({ verdict }) => verdict === "pass");
  const mark = `meta mark set meta mark or ${hex(marks.deliver)}`;
  const tcp = `tcp dport ${oneOf(capture.destinationPorts)}`;
  return nftScript({
    family: "inet",
    name: "halfbridge-capture",
    counters: ["captured", "rejected"],
    chains: {
      divert: [...countBySide(arrivals, "captured"), mark, "accept"],
      own: [
        "# packets of the proxy's own connections, from either side, and ICMP errors about them; a SYN begins a new one,",
        "# though one between the same ends may be in TIME_WAIT: tproxy knows, socket would keep the client waiting",
        "tcp flags & (fin | syn | rst | ack) != syn socket transparent 1 socket wildcard 0 goto divert",
        "meta l4proto { icmp, ipv6-icmp } socket transparent 1 socket wildcard 0 goto divert",
      ],
      ...(clientSide
        ? {
            proxy: [
              "counter name captured_lan",
              ...routed.flatMap((family) =>
                giveToProxy(family, capture).map((rule) => `${rule} ${mark} accept`),
              ),
              ...(capture.whenAway === "drop" ? ["# nobody listens", "drop"] : []),
            ],
            capture: [
              ...exceptions.map((exception) =>
                exception.verdict === "pass"
                  ? `${matchOf(exception)} return`
                  : `${matchOf(exception)} ${tcp} goto proxy`,
              ),
              `${tcp} goto proxy`,
            ],
          }
        : {
            whole: [
              "# nobody jumps here: for a tproxy rule the kernel puts fragments together, for socket alone it doesn't",
              ...routed.flatMap((family) => giveToProxy(family, capture)),
            ],
          }),
      prerouting: [
        "type filter hook prerouting priority mangle; policy accept;",
        "jump own",
        ...(clientSide ? arrivals.lan.map((arrival) => `${printArrival(arrival)} jump capture`) : []),
      ],
      ...(rejectsQuic
        ? {
            quic: [
              ...passes.map((exception) => `${matchOf(exception)} return`),
              "counter name rejected_lan reject with icmpx port-unreachable",
            ],
            forward: [
              "type filter hook forward priority filter; policy accept;",
              ...arrivals.lan.map((arrival) => `${printArrival(arrival)} udp dport 443 jump quic`),
            ],
          }
        : {}),
    },
  });
}

/** A rule for each port of the proxy; which packets come here, the caller says. */
const giveToProxy = (family: Family, { deliveries }: NetworkModel["capture"]): string[] =>
  deliveries.map(({ destinationPorts, proxyPort }) => {
    const tcp = deliveries.length === 1 ? "meta l4proto tcp" : `tcp dport ${oneOf(destinationPorts)}`;
    return `meta nfproto ${family} ${tcp} tproxy ${protocols[family]} to :${proxyPort}`;
  });

const matchOf = ({ family, from, to }: CaptureException): string =>
  [
    ...(from === undefined ? [] : [`${protocols[family]} saddr ${from}`]),
    ...(to === undefined ? [] : [`${protocols[family]} daddr ${to}`]),
  ].join(" ");

const countBySide = (arrivals: NetworkModel["arrivals"], what: Counted): string[] =>
  sides.flatMap((side) =>
    arrivals[side].map((arrival) => `${printArrival(arrival)} counter name ${what}_${side}`),
  );

const printArrival = ({ device, mark }: Arrival): string =>
  `iifname ${quote(device)}${mark === undefined ? "" : ` meta mark & ${hex(mark)} != 0`}`;

const quote = (device: string): string => `"${device}"`;
