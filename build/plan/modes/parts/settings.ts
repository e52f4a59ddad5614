import type { Site } from "../../../config/site.ts";
import type { Setting } from "../../network.ts";
import { portDevices, type PlannedPorts } from "../../ports.ts";

/** What every mode needs of the kernel, for the devices that it routes between. */
export function commonSettings(site: Site, planned: PlannedPorts, bridge: string | null): Setting[] {
  const { ports, join } = planned;
  const devices = ["all", "default", ports.isp, ports.lan, ...(bridge === null ? [] : [bridge])];
  const each = (key: (name: string) => string, value: string): Setting[] =>
    devices.map((name) => ({ kind: "sysctl", key: key(name), value }));
  return [
    // First: the kernel resets other settings when forwarding changes.
    { kind: "sysctl", key: "net.ipv4.ip_forward", value: "1" },
    // Captured packets have addresses of other devices.
    ...each((name) => `net.ipv4.conf.${name}.rp_filter`, "0"),
    // Some systems (OpenWrt) have ARP answered only where a local address is of the port's own prefix: 1. Towards the
    // ISP the prefix has the ISP's router alone, so nobody there would find this one.
    ...each((name) => `net.ipv4.conf.${name}.arp_ignore`, "0"),
    // Nobody shall be told of a shorter way, past the proxy.
    ...each((name) => `net.ipv4.conf.${name}.send_redirects`, "0"),
    ...each((name) => `net.ipv4.conf.${name}.accept_redirects`, "0"),
    ...ipv6Settings(site, each),
    ...(join === undefined || join.cable === null ? [] : onlyBridges(join.bridge)),
    ...(bridge === null && join === undefined ? [] : bridgedPackets),
    // Packets that others have put together, or carried past the hooks, are seen by no rule.
    ...portDevices(planned).map(
      (device) => ({ kind: "feature", device, name: "rx-gro-list", value: "off" }) as const,
    ),
    { kind: "unused", module: "nf_flow_table" },
  ];
}

/** What is sent to a bridge's own MAC goes nowhere from there: no rule is about it. */
const onlyBridges = (bridge: string): Setting[] => [
  { kind: "sysctl", key: `net.ipv4.conf.${bridge}.forwarding`, value: "0" },
  { kind: "sysctl", key: `net.ipv6.conf.${bridge}.disable_ipv6`, value: "1" },
];

/** iptables and ip6tables shall not see what is only bridged. These files exist while br_netfilter is loaded. */
const bridgedPackets = ["iptables", "ip6tables", "arptables"].map((name): Setting => ({
  kind: "sysctl",
  key: `net.bridge.bridge-nf-call-${name}`,
  value: "0",
}));

function ipv6Settings(
  { ipv6 }: Site,
  each: (key: (name: string) => string, value: string) => Setting[],
): Setting[] {
  const isRouted = ipv6.handling === "route";
  const disabled = each((name) => `net.ipv6.conf.${name}.disable_ipv6`, isRouted ? "0" : "1");
  if (!isRouted) return disabled;
  return [
    ...disabled,
    { kind: "sysctl", key: "net.ipv6.conf.all.forwarding", value: "1" },
    // Until its link-local address is known to be unique, the kernel asks for no neighbour on others' behalf.
    ...each((name) => `net.ipv6.conf.${name}.accept_dad`, "0"),
    // The site says the addresses and routes.
    ...each((name) => `net.ipv6.conf.${name}.accept_ra`, "0"),
    ...each((name) => `net.ipv6.conf.${name}.accept_redirects`, "0"),
  ];
}
