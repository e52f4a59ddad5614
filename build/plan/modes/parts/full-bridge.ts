import type { BoardProfile } from "../../../config/board.ts";
import type { Site } from "../../../config/site.ts";
import {
  marks,
  type Arrival,
  type Capture,
  type CaptureException,
  type Family,
  type FrameRule,
  type Frames,
  type NetworkModel,
  type Side,
} from "../../network.ts";
import { planPorts } from "../../ports.ts";
import { clampOf, networksOf, planCapture, prefixLengthOf, routedFamilies } from "./capture.ts";
import { planGuard } from "./guard.ts";
import { commonSettings } from "./settings.ts";

const name = "br0";

/**
 * A bridge with both ports, on which all stays that isn't captured. Captured frames are taken in both
 * directions: by their destination port from the LAN, by their source port from the ISP. How they are
 * taken is the mode's, and with it where they arrive.
 */
export function fullBridge(board: BoardProfile, site: Site, take: Frames["capture"]["take"]): NetworkModel {
  const planned = planPorts(board, true);
  const { isp, lan } = planned.ports;
  const networks = networksOf(site);
  const capture = planCapture(site);
  return {
    ...planned,
    bridge: { name, ports: [isp, lan] },
    addresses: networks.map(({ family, lan: prefix, router }) => ({
      family,
      device: name,
      local: router,
      prefixLength: prefixLengthOf(prefix),
    })),
    routes: networks.map(({ family, ispRouter }) => ({
      family,
      to: "default",
      via: ispRouter,
      device: name,
    })),
    neighbourProxies: [],
    prefixProxies: [],
    settings: commonSettings(site, planned, name),
    frames: {
      bridging: { rules: [], otherwise: "bridge" },
      arpReplies: [],
      refused: site.ipv6.handling === "block" ? ["ipv6"] : [],
      marksSides: true,
      capture: { take, rules: captureRules(capture, isp, lan) },
    },
    arrivals: { isp: arrivals(isp, "isp"), lan: arrivals(lan, "lan") },
    uplink: name,
    downlink: name,
    capture,
    guard: planGuard(site, [name]),
    clamp: clampOf(site),
    routed: routedFamilies(site),
  };
}

/**
 * What the bridge hands up, marked, arrives on the bridge, and a brouted frame on its port; so do, on OpenWrt, the first
 * frames of a port that comes up.
 */
const arrivals = (port: string, side: Side): Arrival[] => [
  { device: port },
  { device: name, mark: marks[side] },
];

function captureRules(capture: Capture, isp: string, lan: string): FrameRule[] {
  const { clientSide, serverSide, families } = capture;
  return families.flatMap((family) => [
    ...(clientSide ? fromClients(capture, family, lan) : []),
    ...(serverSide ? fromOrigins(capture, family, isp) : []),
  ]);
}

function fromClients(capture: Capture, family: Family, port: string): FrameRule[] {
  const { destinationPorts, rejectsQuic } = capture;
  return [
    ...exceptionsOf(capture, family).map(({ who, from, to, verdict }): FrameRule => ({
      why: reasons[who],
      port,
      match: {
        ip: {
          family,
          ...(from === undefined ? {} : { from }),
          ...(to === undefined ? {} : { to }),
          ...(verdict === "pass" ? {} : { protocol: "tcp", destinationPorts }),
        },
      },
      verdict: verdict === "pass" ? "bridge" : "take",
    })),
    {
      why: "captured, on the way to origins",
      port,
      match: { ip: { family, protocol: "tcp", destinationPorts } },
      verdict: "take",
    },
    fragments(family, port),
    ...(rejectsQuic
      ? [
          {
            why: "QUIC, to be rejected",
            port,
            match: { ip: { family, protocol: "udp", destinationPorts: [443] } },
            verdict: "take",
          } as const,
        ]
      : []),
  ];
}

function fromOrigins(capture: Capture, family: Family, port: string): FrameRule[] {
  return [
    ...exceptionsOf(capture, family)
      .filter(({ who }) => who === "exempt")
      .map(({ from, to }): FrameRule => ({
        why: "exempt",
        port,
        match: {
          ip: {
            family,
            ...(to === undefined ? {} : { from: to }),
            ...(from === undefined ? {} : { to: from }),
          },
        },
        verdict: "bridge",
      })),
    {
      why: "the origins' answers",
      port,
      match: { ip: { family, protocol: "tcp", sourcePorts: capture.destinationPorts } },
      verdict: "take",
    },
    {
      why: "errors, which may be about the proxy's own connections: a smaller path MTU; others are routed on",
      port,
      match: { ip: { family, protocol: "error" } },
      verdict: "take",
    },
    fragments(family, port),
  ];
}

/** The later parts of a fragmented packet don't say their ports: all parts are put together and then routed. */
const fragments = (family: Family, port: string): FrameRule => ({
  why: "fragments, whose ports show only once they are put together",
  port,
  match: { ip: { family, ...(family === "ipv4" ? { protocol: "tcp" as const } : {}), fragment: true } },
  verdict: "take",
});

const exceptionsOf = ({ exceptions }: Capture, family: Family) =>
  exceptions.filter((exception) => exception.family === family);

const reasons: Readonly<Record<CaptureException["who"], string>> = {
  exempt: "exempt",
  "isp-router": "the ISP's router is beyond the LAN, though its address is not",
  lan: "within the LAN",
};
