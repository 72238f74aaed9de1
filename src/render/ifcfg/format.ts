import type { DesiredInterface } from '../../model/desired.ts';
import { formsOfIp } from '../../model/rule-forms.ts';
import type { Format, RenderOptions, TemplateUse } from '../format.ts';
import { check } from './check.ts';
import { aliases, interfaceView, isLeased, policyLines } from './view.ts';

const directory = '/etc/sysconfig/network-scripts';

/**
 * Red Hat's network-scripts (initscripts; EL6, EL7 and their kin, EL8's network-scripts): sysconfig.txt, ifup-eth,
 * ifup-aliases, ifup-routes, and dhclient-script of EL6 (4.1.1) and EL7 (4.2.5).
 *
 * The name must be ifcfg-<link>: dhclient-script looks for no other. DEFROUTE=no keeps the lease's router out of main,
 * but not option 121: its routes, a default among them, are set before DEFROUTE is looked at. No hook of a single NIC
 * is early enough (dhclient-<link>-up-hooks runs after the routes on EL7, and dhclient-enter-hooks is one file for all
 * NICs that may be a person's). What is early enough on both is ifcfg-<link> itself, which dhclient-script sources as
 * shell between receiving the lease and acting on it: emptying `new_classless_static_routes` there drops option 121.
 * The `old_` twin is emptied too; when the two differ the script takes each renewal for a changed lease.
 * A lease's mask is set to 255.255.255.255 there, old and new, so that the kernel makes no route to the subnet; EL7 reckons
 * `new_prefix` from the mask after it has sourced the file, EL6 may before, so both are set.
 * `new_routers` is left alone: DEFROUTE=no does for it, and a renewal that finds it changed would no longer
 * prolong the address (EL7).
 *
 * Every address by hand has its own ARPCHECKn=no (network-functions, expand_config): ARPCHECK is of IPADDR alone, and
 * where the router answers every ARP request the check takes the address for somebody else's and ifup gives up. An alias
 * says IPV6INIT=no, or ifup-aliases runs ifup-ipv6 for it, which finds no IPV6_AUTOCONF=no there and has router
 * advertisements accepted on the whole NIC (EL8).
 */
export const ifcfg: Format = {
  id: 'ifcfg',
  connected: () => 'table',
  ruleForms: formsOfIp,
  files: (network, _stack, options) => network.secondaries.flatMap((nic) => filesOf(nic, options)),
  check,
};

function filesOf(nic: DesiredInterface, options: RenderOptions): readonly TemplateUse[] {
  const use = (template: string, path: string, view: TemplateUse['view']): TemplateUse => ({
    template: `ifcfg/${template}.liquid`,
    path,
    mode: 0o644,
    mac: nic.mac,
    view,
  });
  const { name } = nic;
  return [
    use('ifcfg', `${directory}/ifcfg-${name}`, interfaceView(nic, options)),
    ...aliases(nic).map((alias) => use('alias', `${directory}/ifcfg-${alias.name}`, { ...alias, nic: name })),
    ...policyLines(nic).map(({ kind, file, lines }) => use(kind, `${directory}/${file}`, { name, lines })),
    ...(isLeased('ipv4', nic.ipv4)
      ? [
          use('dhclient.conf', `/etc/dhcp/dhclient-${name}.conf`, {
            name,
            dns: options.dns,
            routers: nic.ipv4?.byLease === true,
          }),
        ]
      : []),
  ];
}
