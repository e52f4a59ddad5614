import type { Site } from "../../../config/site.ts";
import type { Capture, CaptureException, Delivery, Family } from "../../network.ts";

/** The families that the router routes and filters. */
export const routedFamilies = ({ ipv6 }: Site): readonly Family[] =>
  ipv6.handling === "route" ? ["ipv4", "ipv6"] : ["ipv4"];

/** Squid's ports beside the one that the site says: for captured TLS, and one on loopback, without which it doesn't start. */
export const squidPorts = (port: number): { readonly tls: number; readonly loopback: number } => ({
  tls: port + 1,
  loopback: port + 2,
});

/** A LAN's addresses in one family. */
export interface Network {
  readonly family: Family;
  readonly lan: string;
  readonly router: string;
  readonly ispRouter: string;
}

/** The site's networks, one for each family that is routed. */
export const networksOf = ({ lan, router, ispRouter, ipv6 }: Site): readonly Network[] => [
  { family: "ipv4", lan, router, ispRouter },
  ...(ipv6.handling === "route" ? [{ family: "ipv6" as const, ...ipv6 }] : []),
];

/** What the site wants captured; the same in every mode. */
export function planCapture(site: Site): Capture {
  const destinationPorts = site.capture.map(({ port }) => port);
  return {
    clientSide: site.transparency.client,
    serverSide: site.transparency.server,
    families: routedFamilies(site),
    destinationPorts,
    exceptions: exceptionsOf(site),
    proxyPort: site.proxy.port,
    deliveries: deliveriesOf(site),
    rejectsQuic: site.transparency.client && destinationPorts.includes(443),
    whenAway: site.failMode === "open" ? "pass" : "drop",
  };
}

/** Our own proxy tells what a port carries by the port that the client meant; squid by the one that it listens on. */
function deliveriesOf({ capture, proxy }: Site): Delivery[] {
  const to = (proxyPort: number, ports: Site["capture"]): Delivery[] =>
    ports.length === 0 ? [] : [{ destinationPorts: ports.map(({ port }) => port), proxyPort }];
  if (proxy.engine === "halfbridge") return to(proxy.port, capture);
  const isTls = ({ carries }: Site["capture"][number]) => carries === "tls";
  return [
    ...to(
      proxy.port,
      capture.filter((port) => !isTls(port)),
    ),
    ...to(squidPorts(proxy.port).tls, capture.filter(isTls)),
  ];
}

function exceptionsOf(site: Site): CaptureException[] {
  const networks = networksOf(site);
  const exempt = (key: "from" | "to", prefixes: readonly string[]): CaptureException[] =>
    prefixes
      .map((prefix) => ({
        who: "exempt" as const,
        family: familyOf(prefix),
        [key]: prefix,
        verdict: "pass" as const,
      }))
      .filter(({ family }) => networks.some((network) => network.family === family));
  return [
    ...exempt("from", site.exempt.clients),
    ...exempt("to", site.exempt.destinations),
    // Within the LAN, answers wouldn't come back this way; the ISP's router isn't on that side.
    ...networks.flatMap(({ family, lan, ispRouter }) => [
      { who: "isp-router" as const, family, to: hostPrefix(ispRouter), verdict: "capture" as const },
      { who: "lan" as const, family, to: lan, verdict: "pass" as const },
    ]),
  ];
}

const familyOf = (address: string): Family => (address.includes(":") ? "ipv6" : "ipv4");

const hostPrefix = (address: string): string => `${address}/${familyOf(address) === "ipv6" ? 128 : 32}`;

export const prefixLengthOf = (prefix: string): number => Number(prefix.split("/")[1]);

/** The largest TCP segments that fit the site's MTU: less 40 bytes of IPv4 and TCP header, or 60 of IPv6 and TCP. */
export const clampOf = ({ ispMtu }: Site): Record<Family, number> | null =>
  ispMtu < 1500 ? { ipv4: ispMtu - 40, ipv6: ispMtu - 60 } : null;
