import {
  formatAddress,
  parseAddress,
  parsePrefix,
  prefixContains,
  type Prefix,
} from "../build/config/ipv4.ts";
import type { Site } from "../build/config/site.ts";

/** Who is where in the lab: the site's own addresses, and hosts around them. */
export interface Topology {
  readonly ispRouter: Host;
  /** A second address of the ISP's router, from which it asks as another host would. */
  readonly ispNeighbour: string;
  readonly prefixLength: number;
  readonly router: { readonly address: string; readonly ispMac: string; readonly lanMac: string };
  readonly clients: readonly Host[];
  readonly origins: readonly string[];
  /** An address that is neither in the LAN nor anywhere in the lab. */
  readonly outside: string;
}

export interface Host {
  readonly address: string;
  readonly mac: string;
}

/** Blocks that nobody uses (RFC 5737), for hosts on the internet; three, as the LAN itself may be one of them. */
const documentationBlocks = ["198.51.100.0/24", "203.0.113.0/24", "192.0.2.0/24"];

export const clientCount = 3;
export const originCount = 2;

/** Places the lab's hosts around a site's addresses. MACs are locally administered, as QEMU's are. */
export function planTopology({
  lan,
  router,
  ispRouter,
}: Pick<Site, "lan" | "router" | "ispRouter">): Topology {
  const prefix = parsePrefix(lan) as Prefix;
  const taken = [router, ispRouter].map(parseAddress);
  const [ispNeighbour, ...clients] = freeAddresses(prefix, taken, clientCount + 1);
  const blocks = documentationBlocks.filter((block) => !overlap(parsePrefix(block) as Prefix, prefix));
  const origins = blocks.slice(0, originCount).map((block) => block.replace(/0\/24$/, "10"));
  return {
    ispRouter: { address: ispRouter, mac: "52:54:00:15:00:01" },
    ispNeighbour: formatAddress(ispNeighbour as number),
    prefixLength: prefix.length,
    router: { address: router, ispMac: "52:54:00:00:00:01", lanMac: "52:54:00:00:00:02" },
    clients: clients.map((address, index) => ({
      address: formatAddress(address),
      mac: `52:54:00:c1:00:0${index + 1}`,
    })),
    origins,
    outside: (blocks.at(-1) as string).replace(/0\/24$/, "77"),
  };
}

/** The highest free host addresses, so that they look like none of the routers'. */
function freeAddresses(prefix: Prefix, taken: readonly number[], count: number): number[] {
  const last = prefix.network + 2 ** (32 - prefix.length) - 2; // without the broadcast address
  const hosts = Array.from({ length: count + taken.length }, (_, index) => last - index);
  return hosts.filter((address) => address > prefix.network && !taken.includes(address)).slice(0, count);
}

const overlap = (a: Prefix, b: Prefix): boolean =>
  prefixContains(a, b.network) || prefixContains(b, a.network);
