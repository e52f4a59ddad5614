# shellcheck shell=sh
# The ISP: its router has the LAN's whole prefix on the wire, as in the 2007 post, and web origins
# behind it. Sourced by init.sh.

lane=0
while [ "$lane" -lt "$LANES" ]; do
  isp=isp$lane
  ip netns add "$isp"
  ip link set "eth$lane" netns "$isp" name wire
  ip -n "$isp" -batch - <<END
link set lo up
link set wire up
addr add $ISP_ROUTER/$PREFIX_LENGTH dev wire
addr add $ISP_NEIGHBOUR/$PREFIX_LENGTH dev wire
END
  nsenter "--net=/run/netns/$isp" sysctl -qw net.ipv4.ip_forward=1

  number=1
  for address in $(echo "$ORIGINS" | tr , ' '); do
    origin=origin$number-$lane
    gateway=${address%.*}.1
    ip netns add "$origin"
    ip -n "$isp" -batch - <<END
link add to-origin$number type veth peer name wire netns $origin
addr add $gateway/24 dev to-origin$number
link set to-origin$number up
END
    ip -n "$origin" -batch - <<END
link set lo up
addr add $address/24 dev wire
link set wire up
route add default via $gateway
END
    nsenter "--net=/run/netns/$origin" httpd -f -vv -p 80 -h /www >"/tmp/$origin.log" 2>&1 &
    number=$((number + 1))
  done
  lane=$((lane + 1))
done
