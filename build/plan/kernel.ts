import type { Board } from "../config/board.ts";
import type { Site } from "../config/site.ts";
import type { KernelNeeds } from "./plan.ts";

/** What the system itself needs, whatever the mode. */
const system = {
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

/** What a mode needs in a dialect, by kernel configuration symbol and by module. */
const modes = {
  "half-bridge": {
    legacy: {
      options: [
        "BRIDGE",
        "BRIDGE_NF_EBTABLES",
        "BRIDGE_NF_EBTABLES_LEGACY",
        "BRIDGE_EBT_BROUTE",
        "BRIDGE_EBT_T_NAT",
        "BRIDGE_EBT_ARP",
        "BRIDGE_EBT_ARPREPLY",
        "IP_NF_IPTABLES_LEGACY",
        "IP_NF_FILTER",
        "IP_NF_MANGLE",
        "NETFILTER_XT_TARGET_TPROXY",
        "NETFILTER_XT_MATCH_SOCKET",
        "NETFILTER_XT_MATCH_MULTIPORT",
        "NETFILTER_XT_MARK",
        "NF_TPROXY_IPV4",
        "NF_SOCKET_IPV4",
        "IP_MULTIPLE_TABLES",
        "IP_ADVANCED_ROUTER",
      ],
      modules: [
        "bridge",
        "ebtables",
        "ebtable_broute",
        "ebtable_nat",
        "ebt_arp",
        "ebt_arpreply",
        "iptable_filter",
        "iptable_mangle",
        "xt_TPROXY",
        "xt_socket",
        "xt_mark",
        "xt_multiport",
        "xt_tcpudp",
      ],
    },
  },
} as const;

/** Kernel options and modules for a board and a site, as data: a base holds its kernel against them. */
export function kernelNeeds(board: Board, site: Site): KernelNeeds {
  const mode = modes[site.mode][site.dialect];
  return {
    options: [...system.options, ...mode.options].sort(),
    modules: {
      storage: board.kernel.storageModules,
      system: system.modules,
      network: mode.modules,
      hardware: board.kernel.networkModules,
    },
  };
}
