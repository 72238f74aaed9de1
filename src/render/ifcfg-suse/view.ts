import { addressBits, type Family, families } from '../../model/address.ts';
import type { DesiredInterface, DesiredNetwork } from '../../model/desired.ts';
import type { Stack } from '../../model/stack.ts';
import type { RenderOptions } from '../format.ts';
import { isLeased, staticAddresses } from '../ifcfg/view.ts';

/** When a script is run: after ifup, before ifdown. */
export type Way = 'up' | 'down';

/** Where the scripts of a NIC stand; absolute, so that wicked and SLES 11 find them alike. */
export function scriptPath(nic: DesiredInterface, way: Way): string {
  return `/etc/sysconfig/network/scripts/enid-${nic.name}-${way}`;
}

/** What `ifcfg.liquid` prints. */
export function interfaceView(
  nic: DesiredInterface,
  stack: Stack,
  options: RenderOptions,
  scripts: readonly Way[],
): Readonly<Record<string, unknown>> {
  const leased4 = isLeased('ipv4', nic.ipv4);
  const leased6 = isLeased('ipv6', nic.ipv6);
  // wicked runs a script of this calling convention only when its name says so; SLES 11 takes the bare path.
  const scheme = stack.id === 'sysconfig' ? '' : 'compat:suse:';
  return {
    name: nic.name,
    mac: nic.mac,
    vlan: nic.vlan === null ? null : { parent: nic.vlan.parent, id: nic.vlan.id },
    mtu: nic.mtu,
    boot: leased4 ? (leased6 ? 'dhcp' : 'dhcp4') : leased6 ? 'dhcp6' : 'static',
    leased4,
    leased6,
    update: options.dns ? 'dns' : 'none',
    // SLES 11: the first DHCP client to start is otherwise taken for the main one.
    primary_key: stack.id === 'sysconfig',
    addresses: families
      .flatMap((family) => addressesOf(nic, family))
      .map((address, index) => ({ address, index: leased4 ? index + 1 : index }))
      .map(({ address, index }) => ({ address, suffix: index === 0 ? '' : `_${index}` })),
    post_up: scripts.includes('up') ? `${scheme}${scriptPath(nic, 'up')}` : null,
    pre_down: scripts.includes('down') ? `${scheme}${scriptPath(nic, 'down')}` : null,
  };
}

function addressesOf(nic: DesiredInterface, family: Family): readonly string[] {
  return staticAddresses(family, nic[family]).map((address) => `${address}/${addressBits[family]}`);
}

/**
 * What `ifsysctl.liquid` prints: nothing of a router advertisement gets into main. Known addresses are set by hand and
 * need none at all; beside a DHCPv6 lease only its default route is refused. On SLES 11 nothing reads sysctl.d when a
 * NIC appears, so the rest of its settings stands here too.
 */
export function sysctlLines(nic: DesiredInterface, network: DesiredNetwork, stack: Stack): readonly string[] {
  const advertised = isLeased('ipv6', nic.ipv6) ? 'accept_ra_defrtr' : 'accept_ra';
  const guard = { key: `net/ipv6/conf/${nic.name}/${advertised}`, value: '0' };
  const others = network.sysctls.filter(({ mac, key }) => mac === nic.mac && key !== guard.key);
  return [guard, ...(stack.id === 'sysconfig' ? others : [])].map(({ key, value }) => `${key} = ${value}`);
}
