import type { Board } from "../../config/board.ts";

/** Packages of the root file system, besides the board's kernel. Dependencies follow. */
export const rootPackages = [
  "busybox-static",
  "dash",
  "iproute2",
  "iptables",
  "ebtables",
  "nftables",
  "ethtool",
  "ndppd",
  "e2fsprogs",
  "grub-common",
  "libubootenv-tool",
  "netbase",
  "netcat-openbsd",
  "util-linux",
  "libstdc++6",
];

/** Programs that are taken from them, with the libraries that they need. */
export const programs = [
  "/usr/bin/busybox",
  "/usr/bin/dash",
  "/usr/bin/flock",
  "/usr/bin/fw_printenv",
  "/usr/bin/grub-editenv",
  "/usr/bin/ip",
  "/usr/bin/nc.openbsd",
  "/usr/bin/setpriv",
  "/usr/sbin/tc",
  "/usr/sbin/ethtool",
  "/usr/sbin/ndppd",
  "/usr/sbin/nft",
  "/usr/sbin/xtables-legacy-multi",
  "/usr/sbin/ebtables-legacy",
  "/usr/sbin/ebtables-legacy-restore",
  "/usr/sbin/e2fsck",
  "/usr/sbin/mke2fs",
];

/** Of those, what writes the slots' state, by the image's format. */
export const stateEditors: Readonly<Record<Board["image"]["format"], readonly string[]>> = {
  "gpt-grub": ["/usr/bin/grub-editenv"],
  "gpt-boot-script": ["/usr/bin/fw_printenv", "/usr/bin/fw_setenv"],
};

/** iptables' extensions, which it loads by name. */
export const iptablesExtensions = [
  "ip6t_REJECT",
  "ip6t_icmp6",
  "ipt_REJECT",
  "ipt_icmp",
  "xt_MARK",
  "xt_TCPMSS",
  "xt_TPROXY",
  "xt_mark",
  "xt_multiport",
  "xt_socket",
  "xt_standard",
  "xt_tcp",
  "xt_udp",
];

/** Data that programs look up. */
export const dataFiles = ["/etc/ethertypes", "/etc/protocols", "/etc/services", "/etc/mke2fs.conf"];

/** Names by which programs are called. */
export const programLinks: Readonly<Record<string, string>> = {
  "/usr/bin/sh": "dash",
  "/usr/bin/fw_setenv": "fw_printenv",
  "/usr/sbin/iptables-legacy": "xtables-legacy-multi",
  "/usr/sbin/iptables-legacy-save": "xtables-legacy-multi",
  "/usr/sbin/iptables-legacy-restore": "xtables-legacy-multi",
  "/usr/sbin/ip6tables-legacy": "xtables-legacy-multi",
  "/usr/sbin/ip6tables-legacy-save": "xtables-legacy-multi",
  "/usr/sbin/ip6tables-legacy-restore": "xtables-legacy-multi",
};

/** Busybox's applets, by the folder that they are linked from. */
export const applets = {
  "/usr/bin":
    `[ arping awk base64 basename cat chmod chown clear cmp cp cttyhack cut date dd df diff dirname dmesg du echo
    egrep env expr false fgrep find free grep gunzip gzip head hexdump hostname id kill killall less ln ls md5sum
    mkdir mkfifo mktemp more mount mv nc netstat nice nohup nproc od passwd pidof ping printf ps pwd readlink
    realpath rm rmdir sed seq setsid sha256sum sleep sort stat strings stty sync tac tail tar tee test time timeout
    top touch tr traceroute true tty umount uname uniq uptime usleep vi watch wc wget which who xargs yes zcat`.split(
      /\s+/,
    ),
  "/usr/sbin": `blkid chroot depmod fdisk getty halt hwclock ifconfig init insmod klogd losetup lsmod mdev
    modinfo modprobe nologin poweroff reboot rmmod route setconsole start-stop-daemon switch_root syslogd sysctl
    watchdog`.split(/\s+/),
};
