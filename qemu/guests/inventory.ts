/** What is in the guests' initramfs, by Debian package. One serves all roles. */
export interface Inventory {
  readonly packages: readonly string[];
  /** Programs, and libraries that are opened at run time; what they link to follows. */
  readonly files: readonly string[];
  /** Kernel modules by group, in the order in which they are loaded: at boot, or by `/lab/load GROUP`. */
  readonly modules: Readonly<Record<string, readonly string[]>>;
}

export const inventory: Inventory = {
  packages: [
    "linux-image-amd64",
    "busybox",
    "dash", // busybox's shell runs its own applets, whatever PATH says
    "iproute2", // busybox's ip knows no namespaces
    "iputils-arping", // sends duplicate-address probes
    "iputils-ping", // sends big packets, and forbids fragments
    "socat", // UDP with the peer's address
    "masscan", // 65,535 ports in seconds
    "ndisc6", // asks who has an IPv6 address
    "perl-base", // runs the origins' services in one process
    "nftables", // drops what a broken network drops
  ],
  files: [
    "/usr/bin/busybox",
    "/usr/bin/dash",
    "/usr/bin/ip",
    "/usr/bin/arping",
    "/usr/bin/ping",
    "/usr/bin/socat",
    "/usr/bin/masscan",
    "/usr/bin/ndisc6",
    "/usr/sbin/nft",
    "/usr/bin/perl",
    ...["strict", "warnings", "warnings/register", "Carp", "Exporter", "XSLoader", "Socket"].map(
      (module) => `/usr/lib/x86_64-linux-gnu/perl-base/${module}.pm`,
    ),
    "/usr/lib/x86_64-linux-gnu/perl-base/auto/Socket/Socket.so",
    "/usr/lib/x86_64-linux-gnu/libpcap.so.0.8", // masscan opens it by name
  ],
  modules: {
    boot: ["failover", "net_failover", "virtio_net", "veth", "llc", "stp", "bridge"],
    vlan: ["garp", "mrp", "8021q"],
    nftables: ["crc32c_generic", "libcrc32c", "nfnetlink", "nf_tables"],
  },
};
