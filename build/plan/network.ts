/**
 * What a mode is, as plain data: links, addresses, routes, sysctls and rules. A mode computes one
 * (`build/plan/modes/`), a dialect prints it (`build/payload/dialects/`); neither knows the other.
 */

export interface NetworkModel {
  /** The port towards the ISP router and the one towards the LAN, as interface names. */
  readonly ports: { readonly isp: string; readonly lan: string };
  /** The bridge, or null in a mode without one. Its MAC is that of its first port. */
  readonly bridge: { readonly name: string; readonly ports: readonly string[] } | null;
  readonly addresses: readonly Address[];
  readonly routes: readonly Route[];
  readonly arpProxies: readonly ArpProxy[];
  /** Packets that carry `mark` are delivered locally by way of routing table `table`. */
  readonly delivery: { readonly mark: number; readonly table: number };
  /** In the order in which they are set; stopping restores prior values in reverse. */
  readonly sysctls: readonly Sysctl[];
  /** Which frames leave the bridge for routing, and which ARP requests the bridge answers. */
  readonly bridging: Bridging | null;
  readonly capture: Capture;
  readonly guard: Guard;
}

export interface Address {
  readonly device: string;
  /** Without prefix length. */
  readonly local: string;
  /** The other end of a point-to-point address; then `prefixLength` is the peer's. */
  readonly peer?: string;
  readonly prefixLength: number;
}

export interface Route {
  /** `default`, or a prefix in CIDR notation. */
  readonly to: string;
  readonly via: string;
  readonly device: string;
}

/** ARP requests for `address` on `device` are answered with the router's own MAC. */
export interface ArpProxy {
  readonly address: string;
  readonly device: string;
}

/** One kernel setting, `net.ipv4.ip_forward`; the value as written to /proc/sys. */
export interface Sysctl {
  readonly key: string;
  readonly value: string;
}

/** `route` takes a frame off the bridge (broute); `bridge` leaves it there. */
export interface Bridging {
  readonly otherwise: "route" | "bridge";
  readonly rules: readonly BridgingRule[];
  /** ARP requests that stayed on the bridge and are answered with the bridge's MAC. */
  readonly arpReplies: readonly { readonly port: string; readonly targets: string }[];
}

export interface BridgingRule {
  /** Why the rule is there: one line that is printed beside it. */
  readonly why: string;
  readonly port: string;
  readonly arpRequest: {
    /** Sender and target address are the same: an announcement. */
    readonly gratuitous?: true;
    /** CIDR prefix or address. */
    readonly sender?: string;
    readonly target?: string;
  };
  readonly verdict: "route" | "bridge";
}

/** TCP that is given to the proxy, and what marks its replies. */
export interface Capture {
  readonly port: string;
  readonly destinationPorts: readonly number[];
  /** Where it matters who the destination is, by CIDR prefix: the first that fits decides; others are captured. */
  readonly destinations: readonly { readonly to: string; readonly verdict: "capture" | "pass" }[];
  readonly proxyPort: number;
}

/** What the router itself accepts; forwarded traffic is not touched. */
export interface Guard {
  /** ICMP is answered on these ports. */
  readonly icmpPorts: readonly string[];
}
