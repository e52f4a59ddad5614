#!/bin/sh
# First process of a guest. The kernel's command line gives ROLE (isp, lan or probe) and, for the
# roles with a network, LANES, ISP_ROUTER, ISP_NEIGHBOUR, ROUTER, PREFIX_LENGTH, CLIENTS, CLIENT_MACS
# and ORIGINS (lists with commas). A lane is one router's whole surroundings: the lab can hold several
# side by side, each in network namespaces of its own.
PATH=/usr/bin:/bin
export PATH
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sysfs /sys
/bin/busybox mount -t devtmpfs dev /dev
/bin/busybox mount -t tmpfs -o mode=0755 run /run
/bin/busybox --install -s /bin # links for what dash, unlike busybox, looks for in PATH
mkdir -p /tmp /run/netns /dev/pts
mount -t devpts devpts /dev/pts
while read -r module; do insmod "/lab/modules/$module"; done </lab/modules/order
echo 'lab: up'

[ "$ROLE" = probe ] || . "/lab/$ROLE.sh"

# one shell for each serial port (which opens once), in the namespace of the port's name
for port in /sys/class/virtio-ports/*; do
  [ -e "$port/name" ] || continue
  read -r name <"$port/name"
  HOME=/tmp setsid nsenter "--net=/run/netns/$name" sh <>"/dev/${port##*/}" >&0 2>&0 &
done
echo 'lab: ready'
exec init
