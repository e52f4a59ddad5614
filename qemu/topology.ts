import {
  formatAddress,
  parseAddress,
  parsePrefix,
  prefixContains,
  type Prefix,
} from "../build/config/ipv4.ts";
import {
  canonical6,
  formatAddress6,
  parseAddress6,
  parsePrefix6,
  prefixContains6,
  type Prefix6,
} from "../build/config/ipv6.ts";
import type { Site } from "../build/config/site.ts";

/** Who is where in the lab: the site's own addresses, and hosts around them. IPv6 is in canonical form. */
export interface Topology {
  readonly ispRouter: Host;
  /** Second addresses of the ISP's router, from which it asks as another host would. */
  readonly ispNeighbour: string;
  readonly ispNeighbour6: string;
  /** The LAN's prefixes, which the ISP's router has on its wire: `10.1.2.0/24`, `2001:db8:1:2::/64`. */
  readonly lan: string;
  readonly lan6: string;
  readonly prefixLength: number;
  readonly prefixLength6: number;
  readonly router: {
    readonly address: string;
    readonly address6: string;
    readonly ispMac: string;
    readonly lanMac: string;
    /** Of its second port towards the LAN, if it has one: client 2 is alone on that. */
    readonly lanMac2: string;
  };
  /** Four, but three in a LAN of six hosts: the fourth is behind the hop. */
  readonly clients: readonly Client[];
  /** A router in the LAN, between the switch and client 4; what it sends is in fragments of 600 bytes. */
  readonly hop: Host | undefined;
  /** The second is behind a link of 1492 bytes. */
  readonly origins: readonly string[];
  readonly origins6: readonly string[];
  /** Addresses that are neither in the LAN nor anywhere in the lab. */
  readonly outside: string;
  readonly outside6: string;
}

export interface Host {
  readonly address: string;
  readonly address6: string;
  readonly mac: string;
}

export interface Client extends Host {
  /** The MAC that its frames carry on the LAN's link, when that isn't its own: it is behind the hop. */
  readonly viaMac?: string;
}

/** What of a site says where hosts are. */
export type SiteNetwork = Pick<Site, "lan" | "router" | "ispRouter" | "ipv6">;

/** The lab has IPv6 even where the site has none: that it is blocked, or bridged, can be seen. */
const defaultIpv6 = { lan: "2001:db8:a:b::/64", router: "2001:db8:a:b::2", ispRouter: "2001:db8:a:b::1" };

/** Blocks that nobody uses (RFC 5737), for hosts on the internet; three, as the LAN itself may be one of them. */
const documentationBlocks = ["198.51.100.0/24", "203.0.113.0/24", "192.0.2.0/24"];
/** Likewise (RFC 3849, RFC 9637); the site may be in the first. */
const documentationBlocks6 = ["2001:db8:f::/48", "3fff:0:f::/48"];

/** How many clients a LAN has that has room. */
const clientCount = 4;
export const originCount = 2;

/** Places the lab's hosts around a site's addresses. MACs are locally administered, as QEMU's are. */
export function planTopology({ lan, router, ispRouter, ipv6: choice }: SiteNetwork): Topology {
  const ipv6 = choice.handling === "route" ? choice : defaultIpv6;
  const prefix = parsePrefix(lan) as Prefix;
  const prefix6 = parsePrefix6(ipv6.lan) as Prefix6;
  const taken = [router, ispRouter].map(parseAddress);
  const [ispNeighbour, ...others] = freeAddresses(prefix, taken, 1 + clientCount + 1).map(formatAddress);
  const hasHop = others.length > clientCount;
  const [hop6, ispNeighbour6, ...clients6] = freeAddresses6(prefix6, [ipv6.router, ipv6.ispRouter]);
  const hop = { address: others[clientCount] as string, address6: hop6 as string, mac: "52:54:00:c1:00:99" };
  const clients = others.slice(0, hasHop ? clientCount : clientCount - 1).map((address, index) => ({
    address,
    address6: clients6[index] as string,
    mac: `52:54:00:c1:00:0${index + 1}`,
    ...(index === clientCount - 1 ? { viaMac: hop.mac } : {}),
  }));
  const blocks = documentationBlocks.filter((block) => !overlap(parsePrefix(block) as Prefix, prefix));
  const block6 = documentationBlocks6.find((block) => !overlap6(parsePrefix6(block) as Prefix6, prefix6));
  const inBlock6 = (rest: string) => canonical6((block6 as string).replace("::/48", rest));
  return {
    ispRouter: { address: ispRouter, address6: canonical6(ipv6.ispRouter), mac: "52:54:00:15:00:01" },
    ispNeighbour: ispNeighbour as string,
    ispNeighbour6: ispNeighbour6 as string,
    lan,
    lan6: `${formatAddress6(prefix6.network)}/${prefix6.length}`,
    prefixLength: prefix.length,
    prefixLength6: prefix6.length,
    router: {
      address: router,
      address6: canonical6(ipv6.router),
      ispMac: "52:54:00:00:00:01",
      lanMac: "52:54:00:00:00:02",
      lanMac2: "52:54:00:00:00:03",
    },
    clients,
    hop: hasHop ? hop : undefined,
    origins: blocks.slice(0, originCount).map((block) => block.replace(/0\/24$/, "10")),
    origins6: Array.from({ length: originCount }, (_, index) => inBlock6(`:${index + 1}::10`)),
    outside: (blocks.at(-1) as string).replace(/0\/24$/, "77"),
    outside6: inBlock6(":77::77"),
  };
}

/** The highest free host addresses, so that they look like none of the routers'. */
function freeAddresses(prefix: Prefix, taken: readonly number[], count: number): number[] {
  const last = prefix.network + 2 ** (32 - prefix.length) - 2; // without the broadcast address
  const hosts = Array.from({ length: count + taken.length }, (_, index) => last - index);
  return hosts.filter((address) => address > prefix.network && !taken.includes(address)).slice(0, count);
}

/** Free host addresses: for the hop …:bf, for the ISP's neighbour …:c0, for clients from …:c1 on. A prefix has 256 at least. */
function freeAddresses6({ network }: Prefix6, taken: readonly string[]): string[] {
  const count = 2 + clientCount;
  const numbers = Array.from({ length: count + taken.length }, (_, index) => network + 0xbfn + BigInt(index));
  const used = new Set(taken.map(parseAddress6));
  return numbers.filter((number) => !used.has(number)).map(formatAddress6);
}

const overlap = (a: Prefix, b: Prefix): boolean =>
  prefixContains(a, b.network) || prefixContains(b, a.network);

const overlap6 = (a: Prefix6, b: Prefix6): boolean =>
  prefixContains6(a, formatAddress6(b.network)) || prefixContains6(b, formatAddress6(a.network));
