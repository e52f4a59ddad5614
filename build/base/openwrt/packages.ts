import type { Site } from "../../config/site.ts";
import type { OpenwrtBoard } from "../../config/board.ts";
import { lanPorts } from "../../config/ports.ts";
import type { AnyPlan } from "../../plan/plan.ts";

/**
 * OpenWrt's packages by what needs them. The names are the same in every release since 23.05 (openwrt/openwrt:
 * package/network/utils/, package/kernel/linux/modules/netfilter.mk and netsupport.mk).
 */
const common = ["firewall4", "ip-full", "ethtool"];

const dialects: Readonly<Record<Site["dialect"], readonly string[]>> = {
  nft: ["nftables-json", "kmod-nft-core", "kmod-nft-bridge", "kmod-nft-tproxy", "kmod-nft-socket"],
  legacy: [
    "ebtables-legacy",
    "ebtables-legacy-utils", // ebtables-legacy-restore
    "kmod-ebtables",
    "kmod-ebtables-ipv4",
    "kmod-ebtables-ipv6",
    "iptables-zz-legacy", // iptables-legacy, -restore, -save
    "ip6tables-zz-legacy",
    "iptables-mod-tproxy",
    "iptables-mod-socket",
    "kmod-ipt-core",
    "kmod-ip6tables",
    "kmod-ipt-tproxy",
    "kmod-ipt-socket",
    "tc-tiny",
    "kmod-sched-core",
    "kmod-sched-flower",
  ],
};

/** Joins several ports of the LAN. */
const join = ["kmod-veth"];

/** Services that would give out addresses and names of their own. */
export const disabledServices = ["dnsmasq", "odhcpd"];

/** The package that a kernel module is in; null: the kernel has it built in, or it is left out. */
const packageOf: Readonly<Record<string, string | null>> = {
  bridge: null, // =y in target/linux/generic
  ...inPackage("kmod-veth", ["veth"]),
  br_netfilter: null, // its package loads it at start, and it is what must not be used
  ...inPackage("kmod-ebtables", [
    "ebtables",
    "ebtable_broute",
    "ebtable_nat",
    "ebtable_filter",
    "ebt_mark",
    "ebt_mark_m",
    "ebt_pkttype",
    "ebt_redirect",
  ]),
  ...inPackage("kmod-ebtables-ipv4", ["ebt_arp", "ebt_arpreply", "ebt_ip"]),
  ...inPackage("kmod-ebtables-ipv6", ["ebt_ip6"]),
  ...inPackage("kmod-ipt-core", [
    "iptable_filter",
    "iptable_mangle",
    "ipt_REJECT",
    "xt_TCPMSS",
    "xt_mark",
    "xt_multiport",
    "xt_tcpudp",
  ]),
  ...inPackage("kmod-ip6tables", ["ip6table_filter", "ip6table_mangle", "ip6t_REJECT"]),
  ...inPackage("kmod-ipt-tproxy", ["xt_TPROXY"]),
  ...inPackage("kmod-ipt-socket", ["xt_socket"]),
  ...inPackage("kmod-sched-core", ["sch_ingress", "act_skbedit"]),
  ...inPackage("kmod-sched-flower", ["cls_flower"]),
  ...inPackage("kmod-nft-core", ["nf_tables", "nft_reject_inet"]),
  ...inPackage("kmod-nft-bridge", ["nft_meta_bridge"]),
  ...inPackage("kmod-nft-tproxy", ["nft_tproxy"]),
  ...inPackage("kmod-nft-socket", ["nft_socket"]),
};

/**
 * What is to be installed besides the profile's own: for both dialects, since a running router may be given the
 * other one.
 */
export function wantedPackages({ ports, openwrt }: OpenwrtBoard): string[] {
  const joining = lanPorts(ports).length > 1 ? join : [];
  return [
    ...new Set([...common, ...joining, ...Object.values(dialects).flat(), ...(openwrt.packages ?? [])]),
  ];
}

/**
 * The packages that the plan's kernel modules are in, and which modules need each. It is a fault of the program
 * if a module's package isn't known.
 */
export function modulePackages({ kernel }: AnyPlan): Map<string, string[]> {
  const wanted = new Map<string, string[]>();
  for (const module of kernel.modules.network) {
    const owner = packageOf[module];
    if (owner === undefined) throw new Error(`${module}: which of OpenWrt's packages is it in?`);
    if (owner !== null) wanted.set(owner, [...(wanted.get(owner) ?? []), module]);
  }
  return wanted;
}

function inPackage(name: string, modules: readonly string[]): Record<string, string> {
  return Object.fromEntries(modules.map((module) => [module, name]));
}
