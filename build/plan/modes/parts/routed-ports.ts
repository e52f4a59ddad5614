import type { Site } from "../../../config/site.ts";
import type { NetworkModel, Setting } from "../../network.ts";
import type { PlannedPorts } from "../../ports.ts";
import { clampOf, networksOf, planCapture, prefixLengthOf, routedFamilies } from "./capture.ts";
import { planGuard } from "./guard.ts";

/**
 * Both ports are routed, with the LAN's prefix on one and the ISP's router alone on the other: the /32 and
 * the /24 of the 2007 post, which overlap. Frames are for the mode to say.
 */
export function routedPorts(
  planned: PlannedPorts,
  site: Site,
): Omit<NetworkModel, "bridge" | "frames" | "settings" | "prefixProxies"> {
  const { isp, lan } = planned.ports;
  const networks = networksOf(site);
  return {
    ...planned,
    // On the port, not on a bridge: routed frames arrive there.
    addresses: networks.flatMap(({ family, lan: prefix, router, ispRouter }) => [
      { family, device: isp, local: router, peer: ispRouter, prefixLength: family === "ipv4" ? 32 : 128 },
      { family, device: lan, local: router, prefixLength: prefixLengthOf(prefix) },
    ]),
    routes: networks.flatMap(({ family, ispRouter }) => [
      // In IPv6 the kernel's own route to the peer comes some time after the address.
      ...(family === "ipv6" ? [{ family, to: `${ispRouter}/128`, device: isp }] : []),
      { family, to: "default", via: ispRouter, device: isp },
    ]),
    // Not proxy_arp, which would answer for whatever is routed elsewhere: link-local, a second subnet.
    neighbourProxies: networks.map(({ ispRouter }) => ({ address: ispRouter, device: lan })),
    arrivals: { isp: [{ device: isp }], lan: [{ device: lan }] },
    uplink: isp,
    downlink: lan,
    capture: planCapture(site),
    guard: planGuard(site, [isp, lan]),
    clamp: clampOf(site),
    routed: routedFamilies(site),
  };
}

/** Answer for others at once instead of after up to 0.8 s, and for neighbours of IPv6 at all. */
export function answeringSettings({ ports }: PlannedPorts, { ipv6 }: Site): Setting[] {
  const devices = Object.values(ports);
  return [
    ...devices.map((name): Setting => ({
      kind: "sysctl",
      key: `net.ipv4.neigh.${name}.proxy_delay`,
      value: "0",
    })),
    ...(ipv6.handling === "route"
      ? devices.flatMap((name): Setting[] => [
          { kind: "sysctl", key: `net.ipv6.neigh.${name}.proxy_delay`, value: "0" },
          { kind: "sysctl", key: `net.ipv6.conf.${name}.proxy_ndp`, value: "1" },
        ])
      : []),
  ];
}

/** ARP requests on the ISP's port for what is routed to another: the LAN. */
export const proxyArp = (device: string): Setting => ({
  kind: "sysctl",
  key: `net.ipv4.conf.${device}.proxy_arp`,
  value: "1",
});
