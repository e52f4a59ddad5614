import type { Board, BoardProfile } from "../config/board.ts";
import { lanPorts } from "../config/ports.ts";
import type { Site } from "../config/site.ts";
import type { KernelNeeds } from "./plan.ts";

/** Kernel configuration symbols, and modules, that go together. */
interface Needs {
  readonly options: readonly string[];
  readonly modules: readonly string[];
}

/** What the system itself needs, whatever the site. */
const system: Needs = {
  options: [
    "BLK_DEV_INITRD",
    "DEVTMPFS",
    "RD_ZSTD",
    "SQUASHFS",
    "SQUASHFS_ZSTD",
    "SQUASHFS_LZ4",
    "OVERLAY_FS",
    "EXT4_FS",
    "TMPFS",
    "EFI_STUB",
  ],
  // mounting the root file system, its overlay, and the data partition
  modules: ["squashfs", "overlay", "ext4", "crc32c_generic"],
};

/** What halfbridge-slot needs to write the boot loader's state, by the image's format. */
const bootState: Readonly<Record<Board["image"]["format"], readonly string[]>> = {
  "gpt-grub": ["vfat", "nls_cp437", "nls_ascii"],
  "gpt-boot-script": [],
};

/** What every mode needs in either dialect. */
const network: Needs = {
  options: ["BRIDGE", "IP_MULTIPLE_TABLES", "IPV6_MULTIPLE_TABLES", "IP_ADVANCED_ROUTER", "IPV6"],
  modules: ["bridge"],
};

/** What joins several ports of the LAN, in the modes that have them on the bridge. */
const join: Needs = { options: ["VETH"], modules: ["veth"] };

/** What a dialect needs to print any mode: a running router may be given another one. */
const dialects: Readonly<Record<Site["dialect"], Needs>> = {
  legacy: {
    options: [
      "BRIDGE_NF_EBTABLES",
      "BRIDGE_NF_EBTABLES_LEGACY",
      "BRIDGE_EBT_BROUTE",
      "BRIDGE_EBT_T_NAT",
      "BRIDGE_EBT_T_FILTER",
      "BRIDGE_EBT_ARP",
      "BRIDGE_EBT_ARPREPLY",
      "BRIDGE_EBT_IP",
      "BRIDGE_EBT_IP6",
      "BRIDGE_EBT_MARK",
      "BRIDGE_EBT_MARK_T",
      "BRIDGE_EBT_PKTTYPE",
      "BRIDGE_EBT_REDIRECT",
      "IP_NF_IPTABLES_LEGACY",
      "IP_NF_FILTER",
      "IP_NF_MANGLE",
      "IP_NF_TARGET_REJECT",
      "IP6_NF_IPTABLES_LEGACY",
      "IP6_NF_FILTER",
      "IP6_NF_MANGLE",
      "IP6_NF_TARGET_REJECT",
      "NETFILTER_XT_TARGET_TPROXY",
      "NETFILTER_XT_TARGET_TCPMSS",
      "NETFILTER_XT_MATCH_SOCKET",
      "NETFILTER_XT_MATCH_MULTIPORT",
      "NETFILTER_XT_MARK",
      "NF_TPROXY_IPV4",
      "NF_TPROXY_IPV6",
      "NF_SOCKET_IPV4",
      "NF_SOCKET_IPV6",
      "NET_SCH_INGRESS",
      "NET_CLS_FLOWER",
      "NET_ACT_SKBEDIT",
    ],
    modules: [
      "ebtables",
      "ebtable_broute",
      "ebtable_nat",
      "ebtable_filter",
      "ebt_arp",
      "ebt_arpreply",
      "ebt_ip",
      "ebt_ip6",
      "ebt_mark",
      "ebt_mark_m",
      "ebt_pkttype",
      "ebt_redirect",
      "iptable_filter",
      "iptable_mangle",
      "ip6table_filter",
      "ip6table_mangle",
      "ipt_REJECT",
      "ip6t_REJECT",
      "xt_TPROXY",
      "xt_TCPMSS",
      "xt_socket",
      "xt_mark",
      "xt_multiport",
      "xt_tcpudp",
      "sch_ingress",
      "cls_flower",
      "act_skbedit",
    ],
  },
  nft: {
    options: [
      "NF_TABLES",
      "NF_TABLES_INET",
      "NF_TABLES_BRIDGE",
      "NFT_BRIDGE_META",
      "NFT_TPROXY",
      "NFT_SOCKET",
      "NFT_REJECT",
      "NFT_REJECT_INET",
      "NF_TPROXY_IPV4",
      "NF_TPROXY_IPV6",
      "NF_SOCKET_IPV4",
      "NF_SOCKET_IPV6",
    ],
    modules: ["nf_tables", "nft_meta_bridge", "nft_tproxy", "nft_socket", "nft_reject_inet"],
  },
};

/** Other software loads it, for all bridges; it is on board so that what it does then can be undone and shown. */
const intruders = ["br_netfilter"];

/** Kernel options and modules for a board, as data: a base holds its kernel against them. */
export function kernelNeeds({ kernel, image, ports }: BoardProfile): KernelNeeds {
  const known = [network, ...(lanPorts(ports).length > 1 ? [join] : []), ...Object.values(dialects)];
  return {
    options: [system, ...known]
      .flatMap(({ options }) => options)
      .sort()
      .filter(isFirst),
    modules: {
      storage: kernel?.storageModules ?? [],
      system: [...system.modules, ...(image === undefined ? [] : bootState[image.format])],
      network: [...known.flatMap(({ modules }) => modules), ...intruders],
      hardware: [...(kernel?.networkModules ?? []), ...(kernel?.otherModules ?? [])],
    },
  };
}

const isFirst = (name: string, index: number, all: readonly string[]): boolean => all[index - 1] !== name;
