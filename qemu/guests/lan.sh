# shellcheck shell=sh
# The LAN: a switch with three clients. The first is as it was before the router came (its gateway is
# the ISP's router), the second has the router as its gateway, the third has no route but the one to
# the router. Sourced by init.sh.

lane=0
while [ "$lane" -lt "$LANES" ]; do
  switch=switch$lane
  ip netns add "$switch"
  ip link set "eth$lane" netns "$switch" name wire
  ip -n "$switch" -batch - <<END
link add bridge type bridge stp_state 0 forward_delay 0
link set wire master bridge
link set wire up
link set bridge up
END
  number=1
  macs=$CLIENT_MACS
  for address in $(echo "$CLIENTS" | tr , ' '); do
    client=client$number-$lane
    ip netns add "$client"
    ip -n "$switch" -batch - <<END
link add port$number type veth peer name wire address ${macs%%,*} netns $client
link set port$number master bridge
link set port$number up
END
    case $number in
      1) length=$PREFIX_LENGTH to_gateway='' gateway=$ISP_ROUTER ;;
      2) length=$PREFIX_LENGTH to_gateway='' gateway=$ROUTER ;;
      *) length=32 to_gateway="route add $ROUTER dev wire" gateway=$ROUTER ;;
    esac
    ip -n "$client" -batch - <<END
link set lo up
addr add $address/$length dev wire
link set wire up
$to_gateway
route add default via $gateway
END
    macs=${macs#*,}
    number=$((number + 1))
  done
  lane=$((lane + 1))
done
