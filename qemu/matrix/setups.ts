import type { Site } from "../../build/config/site.ts";
import type { Topology } from "../topology.ts";

/** A way to set a network up, whatever else the site says; both dialects print it. */
export interface Way {
  /** As people call it. */
  readonly label: string;
  readonly mode: Site["mode"];
  readonly arp: Site["arp"];
}

export const ways: readonly Way[] = [
  { label: "half-bridge", mode: "half-bridge", arp: "answer" },
  { label: "half-bridge, arp: bridge", mode: "half-bridge", arp: "bridge" },
  { label: "bridge-broute", mode: "bridge-broute", arp: "answer" },
  { label: "bridge-dnat", mode: "bridge-dnat", arp: "answer" },
  { label: "proxy-arp", mode: "proxy-arp", arp: "answer" },
];

export const dialects: readonly Site["dialect"][] = ["legacy", "nft"];

/** What a way is combined with: between them, every choice of a site is made at least once. */
export interface Choices {
  readonly name: string;
  readonly choose: (way: Way, topology: Topology) => Partial<Site>;
  /** Not every engine can do everything; where it isn't said, all can. */
  readonly engines?: readonly Site["proxy"]["engine"][];
}

const ports: Site["capture"] = [
  { port: 80, carries: "http" },
  { port: 443, carries: "tls" },
  { port: 2222, carries: "raw" },
];

export const choices: readonly Choices[] = [
  {
    name: "both switches on, closed, IPv6 routed, MTU 1492, a client exempt",
    choose: (_, { lan6, router, ispRouter, clients }) => ({
      transparency: { client: true, server: true },
      failMode: "closed",
      ipv6: { handling: "route", lan: lan6, router: router.address6, ispRouter: ispRouter.address6 },
      ispMtu: 1492,
      exempt: {
        clients: clients.slice(2, 3).flatMap(({ address, address6 }) => [address, address6]),
        destinations: [],
      },
    }),
  },
  {
    name: "server-side off, open, IPv6 blocked",
    choose: () => ({
      transparency: { client: true, server: false },
      failMode: "open",
      ipv6: { handling: "block" },
    }),
  },
  {
    name: "client-side off, IPv6 bridged where there is a bridge",
    engines: ["halfbridge"],
    choose: ({ mode }) => ({
      transparency: { client: false, server: true },
      ipv6: { handling: mode === "proxy-arp" ? "block" : "bridge" },
    }),
  },
  {
    name: "both switches off",
    choose: () => ({ transparency: { client: false, server: false } }),
  },
];

/** The choices that can be made with a site's engine. */
export const choicesFor = ({ proxy }: Site): readonly Choices[] =>
  choices.filter(({ engines }) => engines?.includes(proxy.engine) ?? true);

/** The site that a part of the matrix is proven with: the addresses are the user's, the policy isn't. */
export function siteFor(
  base: Site,
  way: Way,
  dialect: Site["dialect"],
  { choose }: Choices,
  topology: Topology,
): Site {
  const isSquid = base.proxy.engine === "squid";
  return {
    ...base,
    mode: way.mode,
    arp: way.arp,
    dialect,
    ispMtu: 1500,
    failMode: "closed",
    ipv6: { handling: "block" },
    exempt: { clients: [], destinations: [] },
    // what is proven is the network, with origins that no list and no resolver knows
    policy: { default: "allow", timeZone: "UTC", groups: {}, schedules: {}, lists: {}, rules: [] },
    proxy: {
      ...base.proxy,
      hostCheck: isSquid ? "block" : "off",
      log: { format: base.proxy.log.format, KiB: base.proxy.log.KiB },
      ...(isSquid ? {} : { metricsPort: 9130 }),
    },
    ...choose(way, topology),
    capture: ports.filter(({ carries }) => carries !== "raw" || !isSquid),
  };
}

export const slugOf = ({ label }: Way): string => label.replaceAll(/[^a-z0-9]+/g, "-");
