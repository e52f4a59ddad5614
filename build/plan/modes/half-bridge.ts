import type { Board } from "../../config/board.ts";
import type { Site } from "../../config/site.ts";
import type { NetworkModel } from "../network.ts";

/**
 * Jan Engelhardt's half bridge: a bridge with one port, the ISP's. All frames are taken off it and
 * routed, but for the ARP requests for the LAN's addresses, which it answers with its own MAC. The ISP's
 * router sees the whole LAN on its own wire; on the LAN, ARP for the ISP's router is answered likewise.
 */
export function modelHalfBridge(board: Board, site: Site): NetworkModel {
  const { isp, lan } = board.ports;
  const prefixLength = Number(site.lan.split("/")[1]);
  return {
    ports: { isp, lan },
    bridge: { name: "br0", ports: [isp] },
    // On the port, not on the bridge: routed frames arrive there.
    addresses: [
      { device: isp, local: site.router, peer: site.ispRouter, prefixLength: 32 },
      { device: lan, local: site.router, prefixLength },
    ],
    routes: [{ to: "default", via: site.ispRouter, device: isp }],
    // Not proxy_arp, which would answer for whatever is routed elsewhere: link-local, a second subnet.
    arpProxies: [{ address: site.ispRouter, device: lan }],
    delivery: { mark: 1, table: 100 },
    sysctls: sysctlsOf(isp, lan),
    bridging: {
      otherwise: "route",
      rules: [
        {
          why: "announcements concern the router's own neighbours",
          port: isp,
          arpRequest: { gratuitous: true },
          verdict: "route",
        },
        {
          why: "duplicate-address probes are never answered for others (RFC 5227)",
          port: isp,
          arpRequest: { sender: "0.0.0.0" },
          verdict: "route",
        },
        {
          why: "the ISP's router answers for itself",
          port: isp,
          arpRequest: { target: site.ispRouter },
          verdict: "route",
        },
        {
          why: "all other addresses of the LAN are here",
          port: isp,
          arpRequest: { target: site.lan },
          verdict: "bridge",
        },
      ],
      arpReplies: [{ port: isp, targets: site.lan }],
    },
    capture: {
      port: lan,
      destinationPorts: site.capture,
      // Within the LAN, answers wouldn't come back this way; the ISP's router isn't on that side.
      destinations: [
        { to: `${site.ispRouter}/32`, verdict: "capture" },
        { to: site.lan, verdict: "pass" },
      ],
      proxyPort: site.proxy.port,
    },
    guard: { icmpPorts: [isp, lan] },
  };
}

function sysctlsOf(isp: string, lan: string) {
  return [
    // First: the kernel resets other settings when forwarding changes.
    { key: "net.ipv4.ip_forward", value: "1" },
    ...["all", "default", isp, lan].map((name) => ({ key: `net.ipv4.conf.${name}.rp_filter`, value: "0" })),
    ...["all", "default", isp, lan].map((name) => ({
      key: `net.ipv4.conf.${name}.send_redirects`,
      value: "0",
    })),
    ...["all", "default", isp, lan].map((name) => ({
      key: `net.ipv4.conf.${name}.accept_redirects`,
      value: "0",
    })),
    // Answer at once instead of after up to 0.8 s.
    { key: `net.ipv4.neigh.${lan}.proxy_delay`, value: "0" },
    // IPv6 is neither routed nor bridged: it can't go around the filter.
    ...["all", "default"].map((name) => ({ key: `net.ipv6.conf.${name}.disable_ipv6`, value: "1" })),
  ];
}
