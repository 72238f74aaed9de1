import { classlessRoutes, declaration } from './option-121.ts';

/*
 * Stand-ins for Red Hat's network-scripts, which Debian does not carry: what sysconfig.txt documents and what ifup-eth,
 * ifup-aliases, ifup-routes, ifup-ipv6 and dhclient-script (initscripts 10.0, dhclient 4.2.5 of EL7) were read to do, for
 * Ethernet only. The files under test are sourced by a real bash and their lines given to the real ip and dhclient.
 */

/** `ifup NIC`. What the scripts would only complain about fails here. */
const ifup = `#!/bin/bash
cd /etc/sysconfig/network-scripts
nic=$1
fail() { echo "$nic: $*"; exit 1; }
unasked() { [ "$1" = no ] || fail "asks who has $2"; }
lines() { sed '/^[[:space:]]*\\(#.*\\)\\?$/d' "$1" 2>/dev/null; }
six() {
  [ "$IPV6INIT" = no ] && return
  accept=1; [ "$IPV6_AUTOCONF" = no ] && accept=0
  echo $accept > /proc/sys/net/ipv6/conf/$nic/accept_ra
  for address in $IPV6ADDR $IPV6ADDR_SECONDARIES; do ip -6 addr replace $address dev $nic || fail $address; done
  while ip -6 addr show dev $nic tentative scope global | grep -q .; do sleep 0.1; done
}
. ./ifcfg-$nic || fail 'not sourced'
[ "$DEVICE" = $nic ] || fail "is called $DEVICE"
[ "$(tr a-f A-F < /sys/class/net/$nic/address)" = "$(echo $HWADDR | tr a-f A-F)" ] || fail 'has another MAC'
[ -z "$MTU" ] || ip link set $nic mtu $MTU
if [ "$BOOTPROTO" = dhcp ]; then
  { echo '${declaration}'
    cat /etc/dhcp/dhclient-$nic.conf; } > /run/dhclient-$nic.conf
  dhclient -q -cf /run/dhclient-$nic.conf -sf /run/dhclient-script -lf /run/$nic.leases -pf /run/$nic.pid $nic || fail DHCP
else
  ip link set $nic up
  for n in '' {0..255}; do
    address=IPADDR$n length=PREFIX$n arpcheck=ARPCHECK$n
    if [ -z "\${!address}" ]; then [ "\${n:-0}" -ge 2 ] && break; continue; fi
    unasked "\${!arpcheck}" \${!address}
    ip addr add \${!address}/\${!length} dev $nic || fail \${!address}
  done
fi
[ -n "$NOZEROCONF" ] || ip route add 169.254.0.0/16 dev $nic
six
shopt -s nullglob
for alias in ifcfg-$nic:*; do
  (
    unset IPADDR NETMASK ARPCHECK IPV6INIT IPV6_AUTOCONF IPV6ADDR IPV6ADDR_SECONDARIES ONPARENT
    . ./$alias || fail "$alias not sourced"
    [ "$ONPARENT" = no ] && exit
    unasked "$ARPCHECK" $IPADDR
    ip addr add $IPADDR/$NETMASK dev $nic label $DEVICE || fail $IPADDR
    six
  ) || exit 1
done
for kind in route rule; do for family in 4 6; do
  lines $kind\${family#4}-$nic | while read line; do ip -$family $kind add $line || fail "$kind $line"; done || exit 1
done; done
`;

/** What dhclient runs: the lease is in the environment when ifcfg-NIC is sourced, and is acted on after that. */
const dhclientScript = `#!/bin/bash
${classlessRoutes}. /etc/sysconfig/network-scripts/ifcfg-$interface || exit 1
new_prefix=$(mask=$new_subnet_mask; n=0; for byte in \${mask//./ }; do while [ $byte -gt 0 ]; do n=$((n + byte % 2)); byte=$((byte / 2)); done; done; echo $n)
case $reason in
PREINIT) ip link set $interface up ;;
BOUND|RENEW|REBIND|REBOOT)
  ip addr replace $new_ip_address/$new_prefix dev $interface
  classless_routes | while read to gateway; do ip route replace $to via $gateway dev $interface; done
  if [ "$DEFROUTE" != no ]; then
    for router in $new_routers; do ip route replace default via $router dev $interface; done
  fi
  if [ "$PEERDNS" != no ]; then
    for server in $new_domain_name_servers; do echo nameserver $server > /etc/resolv.conf; done
  fi
  [ -z "$new_host_name" ] || echo $new_host_name > /run/host-name ;;
esac
exit 0
`;

/** `ifdown NIC`: rules line by line from the files, routes with the link. */
const ifdown = `#!/bin/bash
cd /etc/sysconfig/network-scripts
[ -e /run/$1.pid ] && kill $(cat /run/$1.pid)
ip addr flush dev $1 scope global
ip link set $1 down
for family in 4 6; do
  sed '/^[[:space:]]*\\(#.*\\)\\?$/d' rule\${family#4}-$1 2>/dev/null | while read line; do ip -$family rule del $line; done
done
exit 0
`;

/** Shell text that puts the stand-ins into a machine as /run/ifup and /run/ifdown. */
export const networkScripts = Object.entries({ ifup, ifdown, 'dhclient-script': dhclientScript })
  .map(
    ([name, text]) => `cat > /run/${name} <<'END_OF_SCRIPT'\n${text}END_OF_SCRIPT\nchmod +x /run/${name}\n`,
  )
  .join('');
