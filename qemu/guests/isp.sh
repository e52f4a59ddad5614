# shellcheck shell=sh
# The ISP: its router has the LAN's whole prefixes on the wire, as in the 2007 post, and web origins
# behind it. Sourced by init.sh. The functions print what ip is to do: each process costs 20 ms.

origins=$(echo "$ORIGINS" | tr , ' ')
lanes=$(seq 0 $((LANES - 1)))

# The neighbour's IPv6 address is deprecated, so that nothing comes from it unasked.
configure_isp() {
  echo "link set lo up
addr add $ISP_ROUTER/${LAN#*/} dev wire
addr add $ISP_NEIGHBOUR/${LAN#*/} dev wire
addr add $ISP_ROUTER6/${LAN6#*/} dev wire
addr add $ISP_NEIGHBOUR6/${LAN6#*/} dev wire preferred_lft 0
link set wire up"
  number=1
  for origin in $origins; do
    address=${origin%/*} address6=${origin#*/}
    connect_origin "to-origin$number"
    number=$((number + 1))
  done
}

# The second is as if behind PPPoE: over a link of 1492 bytes, there and back. For IPv6 a router heeds a
# route's MTU only if it is locked. (A route from one source alone, without a rule, breaks all others.)
connect_origin() {
  mtu='' mtu6=''
  [ "$number" = 1 ] || mtu='mtu 1492' mtu6='mtu lock 1492'
  echo "link add $1 type veth peer name wire netns origin$number-$lane
addr add ${address%.*}.1/32 dev $1
addr add ${address6%::*}::1/128 dev $1
link set $1 up
route add $address dev $1 $mtu
route add $address6 dev $1 $mtu6"
  [ "$number" = 1 ] || echo "rule add from $address lookup 1492
route add $LAN dev wire $mtu table 1492
route add $LAN6 dev wire $mtu6 table 1492"
}

configure_origin() {
  echo "link set lo up
addr add $address/24 dev wire
addr add $address6/64 dev wire
link set wire up
route add default via ${address%.*}.1
route add default via ${address6%::*}::1"
}

forwarding 1
for lane in $lanes; do
  echo "netns add isp$lane
link set eth$lane netns isp$lane name wire"
done | ip -batch -
forwarding 0
for lane in $lanes; do
  number=1
  for origin in $origins; do
    echo "netns add origin$number-$lane"
    number=$((number + 1))
  done
done | ip -batch -

for lane in $lanes; do
  configure_isp | ip -n "isp$lane" -batch -
  ip -6 -n "isp$lane" rule add from "${origins##*/}" lookup 1492 # in a batch it would be for IPv4
  number=1
  for origin in $origins; do
    address=${origin%/*} address6=${origin#*/}
    configure_origin | ip -n "origin$number-$lane" -batch -
    number=$((number + 1))
  done
done

# Run by init when the shells are there. Origins have a web server for each family, as one for both
# would know IPv4 addresses as ::ffff:10.1.2.3.
serve() {
  names=''
  for lane in $lanes; do
    number=1
    for origin in $origins; do
      name=origin$number-$lane
      for address in 0.0.0.0 "[${origin#*/}]"; do
        nsenter "--net=/run/netns/$name" httpd -f -vv -p "$address:80" -h /www >>"/tmp/$name.log" 2>&1 &
      done
      names="$names $name"
      number=$((number + 1))
    done
  done
  # shellcheck disable=SC2086 # a list
  /lab/services $names >/tmp/services.log 2>&1
}
