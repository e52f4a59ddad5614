/**
 * What a mode is, as plain data: links, addresses, settings and rules. A mode computes one
 * (`build/plan/modes/`), a dialect prints it (`build/payload/dialects/`); neither knows the other.
 * Everything in it has an inverse, so that stopping is starting reversed.
 */

export type Side = "isp" | "lan";
export type Family = "ipv4" | "ipv6";

export interface NetworkModel {
  /**
   * The port towards the ISP's router and the one towards the LAN, as interface names. Where the LAN has several,
   * what joins them stands for them.
   */
  readonly ports: Readonly<Record<Side, string>>;
  /** How several ports of the LAN become one; not there if it has just one. */
  readonly join?: Join;
  /** The bridge, or null in a mode without one. Its MAC is that of the ISP's port. */
  readonly bridge: Bridge | null;
  readonly addresses: readonly Address[];
  readonly routes: readonly Route[];
  readonly neighbourProxies: readonly NeighbourProxy[];
  readonly prefixProxies: readonly PrefixProxy[];
  /** In the order in which they are set; stopping restores prior values in reverse. */
  readonly settings: readonly Setting[];
  /** What happens to frames on the bridge; null without one. */
  readonly frames: Frames | null;
  /** How packets of a side get to the IP layer: each way is a device, and where that is the bridge, a mark. */
  readonly arrivals: Readonly<Record<Side, readonly Arrival[]>>;
  /** Where packets towards the ISP leave. */
  readonly uplink: string;
  /** Where packets towards the LAN leave, and its clients are neighbours. */
  readonly downlink: string;
  readonly capture: Capture;
  readonly guard: Guard;
  /** The largest TCP segments towards the ISP and back, in bytes, by family; null: as the ends agree. */
  readonly clamp: Readonly<Record<Family, number>> | null;
  /** Families that are routed; packets of others never reach the IP layer. */
  readonly routed: readonly Family[];
}

/** Bits of a packet's mark (SO_MARK, skb->mark). */
export const marks = {
  /** Delivered locally, by way of a routing table of its own. */
  deliver: 0x1,
  /** The proxy's own packets. */
  own: 0x2,
  /** Came in on that side's port, where the device doesn't tell. */
  lan: 0x10,
  isp: 0x20,
  /** A part of a fragmented packet, for a dialect that can't see that by itself. */
  fragment: 0x40,
} as const;

/** The routing table that delivers marked packets locally. */
export const deliveryTable = 100;

export interface Bridge {
  readonly name: string;
  readonly ports: readonly string[];
}

/**
 * Ports of the LAN on a plain bridge of their own, as if a switch were plugged into the one port: what they say to
 * each other no rule ever sees, and a switch chip forwards by itself.
 */
export interface Join {
  readonly bridge: string;
  readonly ports: readonly string[];
  /**
   * A bridge can't be a port of another. So where the LAN's port is one of the main bridge, it is the end of a cable
   * (veth(4)), whose other end this is; null: that bridge itself stands for the LAN's port.
   */
  readonly cable: string | null;
}

export interface Address {
  readonly family: Family;
  readonly device: string;
  /** Without prefix length. */
  readonly local: string;
  /** The other end of a point-to-point address; then `prefixLength` is the peer's. */
  readonly peer?: string;
  readonly prefixLength: number;
}

export interface Route {
  readonly family: Family;
  /** `default`, or a prefix in CIDR notation. */
  readonly to: string;
  /** Without: the hosts are on the device's own link. */
  readonly via?: string;
  readonly device: string;
}

/** ARP requests or neighbour solicitations for `address` on `device` are answered with the router's own MAC. */
export interface NeighbourProxy {
  readonly address: string;
  readonly device: string;
}

/** Neighbour solicitations on `device` for those hosts of an IPv6 prefix that answer on `behind` are answered likewise. */
export interface PrefixProxy {
  readonly device: string;
  readonly behind: string;
  readonly prefix: string;
}

/** What the mode needs of the kernel: it is set at start, watched, and put back at stop. */
export type Setting =
  /** A file below /proc/sys, by its sysctl(8) name; one that isn't there is left alone. */
  | { readonly kind: "sysctl"; readonly key: string; readonly value: string }
  /** A device's feature by its ethtool(8) name. */
  | { readonly kind: "feature"; readonly device: string; readonly name: string; readonly value: "on" | "off" }
  /** A kernel module that nothing may use; it can't be set, only told. */
  | { readonly kind: "unused"; readonly module: string };

export interface Frames {
  /** In force whenever the network is. */
  readonly bridging: { readonly rules: readonly FrameRule[]; readonly otherwise: FrameVerdict };
  /** ARP requests that stayed on the bridge and are answered with the bridge's MAC. */
  readonly arpReplies: readonly { readonly port: string; readonly targets: string }[];
  /** Families that don't cross the bridge. */
  readonly refused: readonly Family[];
  /** Whether frames that the bridge hands up carry their side's mark. */
  readonly marksSides: boolean;
  /** In force while the proxy captures, with how a frame is taken. */
  readonly capture: { readonly take: "broute" | "dnat"; readonly rules: readonly FrameRule[] };
}

export interface FrameRule {
  /** Why the rule is there: one line that is printed beside it. */
  readonly why: string;
  readonly port?: string;
  readonly match: FrameMatch;
  readonly verdict: FrameVerdict;
}

/**
 * `bridge`: it stays on the bridge. `route`: it leaves the bridge for the IP layer of its port, as it is.
 * `take`: likewise, though it is addressed to somebody else's MAC.
 */
export type FrameVerdict = "bridge" | "route" | "take";

/** All that is said has to fit. */
export interface FrameMatch {
  /** Whose MAC it is addressed to: the port's own, or another host's. */
  readonly addressedTo?: "host" | "other";
  readonly arp?: {
    readonly request?: true;
    /** Sender and target address are the same: an announcement. */
    readonly gratuitous?: true;
    /** CIDR prefix or address. */
    readonly sender?: string;
    readonly target?: string;
  };
  readonly ip?: {
    readonly family: Family;
    /** CIDR prefix or address. */
    readonly from?: string;
    readonly to?: string;
    /** `neighbour`: ICMPv6 neighbour solicitations and advertisements; `error`: ICMP errors about other packets. */
    readonly protocol?: "tcp" | "udp" | "neighbour" | "error";
    /** One of these ports. */
    readonly sourcePorts?: readonly number[];
    readonly destinationPorts?: readonly number[];
    /** Part of a packet that was fragmented, first part or later (whose ports can't be seen). */
    readonly fragment?: true;
  };
}

export interface Arrival {
  readonly device: string;
  /** Bits of the packet's mark that have to be set. */
  readonly mark?: number;
}

/** TCP that is given to the proxy, and what marks its replies. */
export interface Capture {
  /** Client-side transparency: TCP to these ports is taken from its way. Off, the proxy has to be asked. */
  readonly clientSide: boolean;
  /** Server-side transparency: the proxy's connections carry the client's address, and answers to it are led back. */
  readonly serverSide: boolean;
  readonly families: readonly Family[];
  readonly destinationPorts: readonly number[];
  /** The first that fits decides; others are captured. */
  readonly exceptions: readonly CaptureException[];
  /** Where the proxy listens for those who ask it, and for what it is given unless a delivery says otherwise. */
  readonly proxyPort: number;
  /** Which of the proxy's ports each captured port is given to. */
  readonly deliveries: readonly Delivery[];
  /** Whether UDP 443 of those whose TCP 443 is captured is rejected, so that browsers fall back at once. */
  readonly rejectsQuic: boolean;
  /** What becomes of captured packets while no proxy listens. */
  readonly whenAway: "pass" | "drop";
}

export interface Delivery {
  readonly destinationPorts: readonly number[];
  readonly proxyPort: number;
}

export interface CaptureException {
  /** `exempt`: the site says so; `isp-router` and `lan`: the two that the LAN's prefix makes. */
  readonly who: "exempt" | "isp-router" | "lan";
  readonly family: Family;
  /** CIDR prefix. */
  readonly from?: string;
  readonly to?: string;
  readonly verdict: "capture" | "pass";
}

/** What the router itself accepts; forwarded traffic is not touched. */
export interface Guard {
  /** ICMP is answered on these devices. */
  readonly icmpDevices: readonly string[];
  /** The LAN may connect to the proxy. */
  readonly explicitPort: number | null;
  /** The LAN may ask for metrics there. */
  readonly metricsPort: number | null;
}
