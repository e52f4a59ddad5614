# shellcheck shell=sh
# The LAN: a switch with clients, and where the router has a second port for it, client 2 alone on that. The
# first is as it was before the router came (its gateway is the ISP's router), the second has the router as its
# gateway, the third has no route but the one to the router, and the fourth is like the third, but behind a hop.
# Sourced by init.sh. The functions print what ip is to do: each process costs 20 ms.

clients=$(echo "$CLIENTS" | tr , ' ')
lanes=$(seq 0 $((LANES - 1)))
rest=${HOP#*/}
hop=${HOP%%/*} hop6=${rest%/*} hop_mac=${rest#*/}

# It has no addresses, and so nothing to say.
configure_switch() {
  echo "link set wire addrgenmode none
link add bridge type bridge stp_state 0 forward_delay 0 mcast_snooping 0
link set bridge addrgenmode none
link set wire master bridge
link set wire up
link set bridge up"
  [ -z "${LAN_PORTS-}" ] || echo "link set wire2 addrgenmode none
link add bridge2 type bridge stp_state 0 forward_delay 0 mcast_snooping 0
link set bridge2 addrgenmode none
link set wire2 master bridge2
link set wire2 up
link set bridge2 up"
  for_clients plug_client
}

# plug NAME MAC NAMESPACE BRIDGE: a port of the switch with a namespace's wire in it
plug() {
  echo "link add $1 type veth peer name wire address $2 netns $3
link set $1 addrgenmode none
link set $1 master $4
link set $1 up"
}

plug_client() {
  case $number:${LAN_PORTS-} in
    4:*) plug port4 "$hop_mac" "hop$lane" bridge ;;
    2:2) plug port2 "$mac" "client2-$lane" bridge2 ;;
    *) plug "port$number" "$mac" "client$number-$lane" bridge ;;
  esac
}

# A router that stands in for client 4 on the switch, and for the router on the client's side. What it
# sends towards the switch is in fragments of 600 bytes, if that may be.
configure_hop() {
  echo "link set lo up
link add inner type veth peer name wire address $mac netns client4-$lane
addr add $hop/32 dev wire
addr add $hop6/${LAN6#*/} dev wire
link set wire up
link set inner up
route add $LAN dev wire mtu 600
route add default via $ROUTER dev wire mtu 600
route add default via $ROUTER6 dev wire
route add $address dev inner
route add $address6 dev inner
neigh add proxy $address6 dev wire
neigh add proxy $ROUTER6 dev inner"
}

# Client 4 allows fragments: to a destination whose MTU is locked nothing goes with DF.
configure_client() {
  length=${LAN#*/} length6=${LAN6#*/} gateway=$ROUTER gateway6=$ROUTER6 mtu=''
  case $number in
    1) gateway=$ISP_ROUTER gateway6=$ISP_ROUTER6 ;;
    3) length=32 length6=128 ;;
    4) length=32 length6=128 mtu='mtu lock 1500' ;;
  esac
  echo "link set lo up
addr add $address/$length dev wire
addr add $address6/$length6 dev wire
link set wire up"
  [ "$length" != 32 ] || echo "route add $ROUTER dev wire $mtu
route add $ROUTER6 dev wire"
  echo "route add default via $gateway $mtu
route add default via $gateway6"
}

# for_clients COMMAND…: runs it for each with lane's number, address, address6 and mac
for_clients() {
  number=1
  for client in $clients; do
    address=${client%%/*} mac=${client##*/} address6=${client#*/}
    address6=${address6%/*}
    "$@"
    number=$((number + 1))
  done
}

name_client() {
  echo "netns add client$number-$lane"
}

set_up_client() {
  [ "$number" != 4 ] || configure_hop | ip -n "hop$lane" -batch -
  configure_client | ip -n "client$number-$lane" -batch -
}

for lane in $lanes; do
  echo "netns add switch$lane
link set eth$lane netns switch$lane name wire"
  [ -z "${LAN_PORTS-}" ] || echo "link set eth$((LANES + lane)) netns switch$lane name wire2"
done | ip -batch -

if [ -n "$HOP" ]; then
  forwarding 1
  echo 1 >/proc/sys/net/ipv4/conf/all/proxy_arp
  echo 1 >/proc/sys/net/ipv6/conf/all/proxy_ndp
  for lane in $lanes; do echo "netns add hop$lane"; done | ip -batch -
  echo 0 >/proc/sys/net/ipv4/conf/all/proxy_arp
  echo 0 >/proc/sys/net/ipv6/conf/all/proxy_ndp
  forwarding 0
fi
for lane in $lanes; do for_clients name_client; done | ip -batch -

for lane in $lanes; do
  configure_switch | ip -n "switch$lane" -batch -
  for_clients set_up_client
done
