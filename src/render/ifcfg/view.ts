import { addressBits, type Family, families } from '../../model/address.ts';
import type { DesiredFamily, DesiredInterface } from '../../model/desired.ts';
import type { RenderOptions } from '../format.ts';
import { routeWords, ruleWords } from './iproute.ts';

/**
 * Whether a lease is asked for. IPv6: only while the address is not known. The dhclient of EL6 sets a leased address
 * with /64, which puts the subnet into main, and dhclient-script removes every other global address before it starts;
 * a known address is therefore set by hand as /128.
 */
export function isLeased(family: Family, own: DesiredFamily | null): boolean {
  return own?.method === 'dhcp' && (family === 'ipv4' || own.address === null);
}

/** Addresses set by hand, the primary private one first. */
export function staticAddresses(family: Family, own: DesiredFamily | null): readonly string[] {
  if (own === null) return [];
  return [...(isLeased(family, own) || own.address === null ? [] : [own.address]), ...own.further];
}

/** What `ifcfg.liquid` prints. */
export function interfaceView(
  nic: DesiredInterface,
  options: RenderOptions,
): Readonly<Record<string, unknown>> {
  const leased = isLeased('ipv4', nic.ipv4);
  const [first = null, ...more] = staticAddresses('ipv6', nic.ipv6).map((address) => `${address}/128`);
  const leased6 = isLeased('ipv6', nic.ipv6);
  return {
    name: nic.name,
    mac: nic.mac.toUpperCase(),
    vlan: nic.vlan === null ? null : { parent: nic.vlan.parent, id: nic.vlan.id },
    mtu: nic.mtu,
    dns: options.dns,
    leased,
    addresses: leased
      ? []
      : staticAddresses('ipv4', nic.ipv4).map((address) => ({ address, length: addressBits.ipv4 })),
    ipv6: nic.ipv6 !== null,
    leased6,
    // Beside a lease, IPV6ADDR would be the main address.
    address6: leased6 ? null : first,
    more6: (leased6 && first !== null ? [first, ...more] : more).join(' '),
    has_more6: more.length > 0 || (leased6 && first !== null),
  };
}

/** Further addresses beside a lease: network-scripts then ignore IPADDRn and take alias files only. */
export function aliases(
  nic: DesiredInterface,
): readonly { readonly name: string; readonly address: string }[] {
  if (!isLeased('ipv4', nic.ipv4)) return [];
  return staticAddresses('ipv4', nic.ipv4).map((address, index) => ({
    name: `${nic.name}:${index + 1}`,
    address,
  }));
}

export interface Lines {
  readonly kind: 'route' | 'rule';
  /** `route-eth1`, `rule6-eth1` … */
  readonly file: string;
  readonly lines: readonly string[];
}

/** The files beside ifcfg-NAME that have something to say. */
export function policyLines(nic: DesiredInterface): readonly Lines[] {
  const suffix = (family: Family) => `${family === 'ipv4' ? '' : '6'}-${nic.name}`;
  const routes = families.map((family): Lines => {
    const own = nic.routes.filter((route) => route.family === family);
    // An IPv6 address may be tentative here (EL6 does not wait), and the kernel refuses a route with such a source.
    const changes = family === 'ipv6' ? { source: null } : {};
    const lines = own.map((route) => routeWords(route, changes));
    return { kind: 'route', file: `route${suffix(family)}`, lines };
  });
  const rules = families.map((family): Lines => {
    const own = nic.rules.filter((rule) => rule.family === family);
    return { kind: 'rule', file: `rule${suffix(family)}`, lines: own.map(ruleWords) };
  });
  return [...routes, ...rules].filter((entry) => entry.lines.length > 0);
}
