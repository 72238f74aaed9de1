import { classlessRoutes, declaration } from './option-121.ts';

/*
 * Stand-ins for SUSE's wicked and for the scripts of SLES 11, neither of which Debian carries: what ifcfg(5), ifcfg-dhcp(5),
 * ifroute(5), ifrule(5), ifsysctl(5) and routes(5) document and what wicked's compat-suse.c was read to do. The files
 * under test are sourced by a real bash, their columns and words given to the real ip.
 */

/** `ifup NIC` and `ifdown NIC`. `$knows`: `rules` where ifrule- is read (wicked 0.6.33), `schemes` where scripts have one. */
const ifup = `#!/bin/bash
cd /etc/sysconfig/network
nic=$1
fail() { echo "$nic: $*"; exit 1; }
lines() { sed 's/#.*//; /^[[:space:]]*$/d' "$1" 2>/dev/null; }
script() {
  [ -z "$1" ] && return
  case $knows in *schemes*) [ "\${1#compat:suse:}" != "$1" ] || fail "no scheme in $1" ;; esac
  "\${1#compat:suse:}" $nic $nic -o $2
}
. ./ifcfg-$nic || fail 'not sourced'
if [ "$way" = down ]; then
  script "$PRE_DOWN_SCRIPT" down
  [ -e /run/$nic.pid ] && kill $(cat /run/$nic.pid)
  ip addr flush dev $nic scope global
  ip link set $nic down
  case $knows in *rules*)
    lines ifrule-$nic | while read family words; do ip -\${family#ipv} rule del $words; done ;;
  esac
  exit 0
fi
lines ifsysctl-$nic | while IFS='= ' read key value; do echo $value > /proc/sys/$key || fail $key; done || exit 1
[ -z "$MTU" ] || ip link set $nic mtu $MTU
ip link set $nic up
for name in $(compgen -A variable IPADDR); do
  case \${!name} in */*) ip addr add \${!name} dev $nic || fail \${!name} ;; *) fail "\${!name} has no length" ;; esac
done
lines ifroute-$nic | while read to gateway mask device options; do
  [ "$mask" = - ] || fail "netmask $mask"
  [ $device = $nic ] || fail "foreign $device"
  family=4; case "$to $gateway" in *:*) family=6 ;; esac
  case " $options " in *' onlink '*|*' via '*|*' dev '*) fail "Cannot parse $options" ;; esac
  [ "$gateway" = - ] && gateway= || gateway="via $gateway"
  [ "$to$gateway" = default ] && fail 'a default without a gateway'
  ip -$family route add $to $gateway dev $nic $options || fail "route $to $gateway $options"
done || exit 1
case $knows in *rules*)
  lines ifrule-$nic | while read family words; do
    case $family in ipv4|ipv6) ;; *) fail "rule without family: $family" ;; esac
    ip -\${family#ipv} rule add $words || fail "rule $words"
  done || exit 1 ;;
esac
case $BOOTPROTO in dhcp|dhcp4)
  { echo '${declaration}'
    echo 'request subnet-mask, routers, domain-name-servers, classless-static-routes;'; } > /run/dhclient-$nic.conf
  dhclient -q -cf /run/dhclient-$nic.conf -sf /run/dhclient-script -lf /run/$nic.leases -pf /run/$nic.pid $nic || fail DHCP ;;
esac
script "$POST_UP_SCRIPT" up
`;

/**
 * Stands for the DHCP client: the default route goes by DHCLIENT_SET_DEFAULT_ROUTE, also that of option 121, whose other
 * routes always go to main.
 */
const dhclientScript = `#!/bin/bash
${classlessRoutes}. /etc/sysconfig/network/ifcfg-$interface || exit 1
case $reason in
PREINIT) ip link set $interface up ;;
BOUND|RENEW|REBIND|REBOOT)
  ip addr replace $new_ip_address/$new_subnet_mask dev $interface
  if [ "$DHCLIENT_SET_DEFAULT_ROUTE" != no ]; then
    for router in $new_routers; do ip route replace default via $router dev $interface; done
  fi
  classless_routes | while read to gateway; do
    case $to in */0) [ "$DHCLIENT_SET_DEFAULT_ROUTE" = no ] && continue ;; esac
    ip route replace $to via $gateway dev $interface
  done
  case " $DHCLIENT_UPDATE " in *' none '*) ;; *)
    for server in $new_domain_name_servers; do echo nameserver $server > /etc/resolv.conf; done ;;
  esac ;;
esac
exit 0
`;

/** Shell text that puts the stand-ins into a machine as /run/ifup and /run/ifdown. */
export function suse(knows: 'rules schemes' | 'schemes' | ''): string {
  const scripts = {
    ifup: ifup.replace('\n', `\nknows='${knows}'\n`),
    ifdown: ifup.replace('\n', `\nway=down knows='${knows}'\n`),
    'dhclient-script': dhclientScript,
  };
  return Object.entries(scripts)
    .map(
      ([name, text]) => `cat > /run/${name} <<'END_OF_SCRIPT'\n${text}END_OF_SCRIPT\nchmod +x /run/${name}\n`,
    )
    .join('');
}
