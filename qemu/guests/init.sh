#!/bin/sh
# First process of a guest. The kernel's command line gives ROLE (isp, lan or probe) and, for the
# roles with a network, LANES, LAN_PORTS (one if not said), SHELLS (how many serial ports), LAN, ISP_ROUTER,
# ISP_NEIGHBOUR, ROUTER, each also with 6 at its end for IPv6, and lists with commas: CLIENTS and HOP (IPv4 address/IPv6 address/MAC), ORIGINS (IPv4
# address/IPv6 address). A lane is one router's whole surroundings: the lab can hold several side by
# side, each in network namespaces of its own.
PATH=/usr/bin:/usr/sbin:/bin
export PATH
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sysfs /sys
/bin/busybox mount -t devtmpfs dev /dev
/bin/busybox mount -t tmpfs -o mode=0755 run /run
/bin/busybox --install -s /bin # links for what dash, unlike busybox, looks for in PATH
mkdir -p /tmp /run/netns /dev/pts
mount -t devpts devpts /dev/pts

# all namespaces inherit it: nobody asks for routers, looks for duplicates of what the lab gave out, or
# waits before it answers for another
echo 1 >/proc/sys/net/core/devconf_inherit_init_net
for scope in all default; do
  settings=/proc/sys/net/ipv6/conf/$scope
  echo 0 >$settings/accept_dad
  echo 0 >$settings/accept_ra
  echo 0 >$settings/router_solicitations
done
echo 0 >/proc/sys/net/ipv4/neigh/default/proxy_delay
echo 0 >/proc/sys/net/ipv6/neigh/default/proxy_delay

/lab/load boot
echo 'lab: up'

# forwarding 1|0: whether namespaces that are made from now on are routers
forwarding() {
  echo "$1" >/proc/sys/net/ipv4/ip_forward
  echo "$1" >/proc/sys/net/ipv6/conf/all/forwarding
}

serve() { :; }
[ "$ROLE" = probe ] || . "/lab/$ROLE.sh"

# ports, and their names, come one after another
until [ "$(cat /sys/class/virtio-ports/*/name 2>/dev/null | wc -l)" -ge "${SHELLS:-0}" ]; do usleep 50000; done

# one shell for each serial port (which opens once), in the namespace of the port's name, and in a folder
# of its own: two lanes leave the same files there
for port in /sys/class/virtio-ports/*; do
  [ -e "$port/name" ] || continue
  read -r name <"$port/name"
  mkdir "/tmp/$name" && cd "/tmp/$name"
  HOME=/tmp/$name setsid nsenter "--net=/run/netns/$name" sh <>"/dev/${port##*/}" >&0 2>&0 &
done
echo 'lab: ready'
(sleep 1; serve) & # when the shells have answered, so that nobody waits for it
exec init
