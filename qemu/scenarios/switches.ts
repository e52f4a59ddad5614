import type { AnyPlan } from "../../build/plan/plan.ts";

/** Commands on the router's console that switch one thing off, and on again. */
export interface Switch {
  readonly off: string;
  readonly on: string;
}

const restartCapture = "/usr/lib/halfbridge/stages/capture stop && /usr/lib/halfbridge/stages/capture start";

/** The whole capture. */
export const capture: Switch = {
  off: "/usr/lib/halfbridge/stages/capture stop",
  on: "/usr/lib/halfbridge/stages/capture start",
};

/** The rules that lead the proxy's own connections back to it. */
export function ownConnections({ site, network }: AnyPlan): Switch {
  const off =
    site.dialect === "nft"
      ? "nft flush chain inet halfbridge-capture own"
      : network.routed.map((family) => `${programOf(family)} -t mangle -F halfbridge-own`).join(" && ");
  return { off, on: restartCapture };
}

/** What keeps TCP segments below the site's MTU. */
export function clamp({ site, network }: AnyPlan): Switch {
  if (network.clamp === null) throw new Error("the site has no MTU below 1500");
  const { clamp: sizes } = network;
  if (site.dialect === "nft") {
    const rule = "tcp flags & (syn | rst) == syn tcp option maxseg size set";
    return {
      off: "nft flush chain inet halfbridge clamp",
      on: network.routed
        .map(
          (family) => `nft 'add rule inet halfbridge clamp meta nfproto ${family} ${rule} ${sizes[family]}'`,
        )
        .join(" && "),
    };
  }
  const chain = (family: "ipv4" | "ipv6") => `${programOf(family)} -t mangle`;
  const rule = "halfbridge-clamp -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss";
  return {
    off: network.routed.map((family) => `${chain(family)} -F halfbridge-clamp`).join(" && "),
    on: network.routed.map((family) => `${chain(family)} -A ${rule} ${sizes[family]}`).join(" && "),
  };
}

/** The answers to ARP on the ISP's side, however the mode gives them. */
export function arpAnswers({ site, network }: AnyPlan): Switch {
  const [reply] = network.frames?.arpReplies ?? [];
  if (reply === undefined) return crossingOrProxy(site.mode, network.ports);
  const { port, targets } = reply;
  const rule = `halfbridge-arp -p ARP -i ${port} --arp-op Request --arp-ip-dst ${targets} -j arpreply`;
  return {
    off: "ebtables-legacy -t nat -F halfbridge-arp",
    on: `ebtables-legacy -t nat -A ${rule} --arpreply-mac $(cat /sys/class/net/br0/address) --arpreply-target DROP`,
  };

  function crossingOrProxy(mode: string, ports: { isp: string; lan: string }): Switch {
    const isProxied = mode === "proxy-arp" || (mode === "half-bridge" && site.arp === "answer");
    if (!isProxied) return crossing(ports.lan);
    const setting = `/proc/sys/net/ipv4/conf/${ports.isp}/proxy_arp`;
    return { off: `echo 0 >${setting}`, on: `echo 1 >${setting}` };
  }
}

/** A bridge, as seen from a port of the LAN. */
export const crossing = (lanPort: string, bridge = "br0"): Switch => ({
  off: `ip link set ${lanPort} nomaster`,
  on: `ip link set ${lanPort} master ${bridge}`,
});

/** All that passes: on a full bridge what crosses it, else what is routed. */
export function passing({ network, site }: AnyPlan): Switch {
  const { isp, lan } = network.ports;
  if (site.mode.startsWith("bridge-")) return crossing(lan);
  const families = network.routed.map((family) => (family === "ipv4" ? "ip" : "ip -6"));
  const rules = (action: string) =>
    families
      .flatMap((ip) => [isp, lan].map((port) => `${ip} rule ${action} pref 10 iif ${port} blackhole`))
      .join(" && ");
  return { off: rules("add"), on: rules("del") };
}

const programOf = (family: "ipv4" | "ipv6"): string =>
  family === "ipv4" ? "iptables-legacy" : "ip6tables-legacy";
