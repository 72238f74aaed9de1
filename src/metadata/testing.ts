import fc from 'fast-check';
import {
  type Address,
  addressBits,
  type Family,
  hostPrefix,
  type Prefix,
  parseAddress,
  prefixOf,
} from '../model/address.ts';
import type { InstanceFamily, InstanceInterface, InstanceNetwork } from '../model/instance.ts';
import { type Mac, parseMac } from '../model/mac.ts';

/** Values for property tests; imported by tests only. */

export function aMac(text: string): Mac {
  const result = parseMac(text, 'test');
  if (!result.ok) throw new Error(result.problem.message);
  return result.value;
}

export function anAddress(text: string): Address {
  const result = parseAddress(text, 'test');
  if (!result.ok) throw new Error(result.problem.message);
  return result.value;
}

const macs = fc
  .integer({ min: 0, max: 40 })
  .map((n) => aMac(`00:16:3e:00:00:${n.toString(16).padStart(2, '0')}`));

function addresses(family: Family): fc.Arbitrary<Address> {
  const last = fc.integer({ min: 1, max: 60 });
  return last.map((n) => anAddress(family === 'ipv4' ? `10.0.0.${n}` : `2001:db8::${n.toString(16)}`));
}

function prefixes(family: Family): fc.Arbitrary<Prefix> {
  const length = fc.integer({ min: 1, max: addressBits[family] });
  return fc.tuple(addresses(family), length).map(([address, bits]) => prefixOf(address, bits));
}

function families(family: Family): fc.Arbitrary<InstanceFamily> {
  const route = fc.record({ destination: prefixes(family), via: addresses(family) });
  return fc.record(
    {
      dhcp: fc.boolean(),
      addresses: fc.option(fc.uniqueArray(addresses(family), { maxLength: 4 })),
      prefixLength: fc.option(fc.integer({ min: 0, max: addressBits[family] })),
      subnet: fc.option(prefixes(family)),
      gateway: fc.option(addresses(family)),
      prefixes: fc.option(fc.uniqueArray(prefixes(family), { maxLength: 3 })),
      routes: fc.uniqueArray(route, {
        minLength: 1,
        maxLength: 3,
        selector: ({ destination }) => destination,
      }),
    },
    { requiredKeys: ['dhcp', 'addresses', 'prefixLength', 'subnet', 'gateway', 'prefixes'] },
  );
}

const nics: fc.Arbitrary<InstanceInterface> = fc.record(
  {
    mac: macs,
    name: fc.option(fc.constantFrom('eth0', 'eth1', 'ens5.100')),
    id: fc.option(fc.constantFrom('eni-1', 'eni-2')),
    primary: fc.constant(false),
    mtu: fc.option(fc.integer({ min: 68, max: 65_535 })),
    ipv4: families('ipv4'),
    ipv6: families('ipv6'),
    vlan: fc.option(fc.record({ parentMac: macs, id: fc.integer({ min: 1, max: 4094 }) })),
    bond: fc.record({ members: fc.uniqueArray(macs, { maxLength: 2 }) }),
  },
  { requiredKeys: ['mac', 'name', 'id', 'primary', 'mtu', 'ipv4', 'ipv6', 'vlan'] },
);

/** Any network that holds together: unique MACs, exactly one primary. */
export const instances: fc.Arbitrary<InstanceNetwork> = fc
  .record({
    cloud: fc.constantFrom('alibaba', 'unknown'),
    instanceId: fc.option(fc.constantFrom('i-1', 'i-2')),
    dns: fc.uniqueArray(fc.oneof(addresses('ipv4'), addresses('ipv6')), { maxLength: 3 }),
    interfaces: fc.uniqueArray(nics, { minLength: 1, maxLength: 5, selector: (nic) => nic.mac }),
    pick: fc.nat(),
  })
  .map(({ pick, interfaces, ...rest }) => {
    const chosen = pick % interfaces.length;
    const marked = interfaces.map((nic, index) => ({ ...nic, primary: index === chosen }));
    const primaryMac = marked[chosen]?.mac ?? aMac('00:16:3e:00:00:00');
    return { schema: 1, ...rest, primaryMac, interfaces: marked };
  });

/** A family with these addresses and nothing else known but what `more` says. */
export function aFamily(list: readonly string[] | null, more: Partial<InstanceFamily> = {}): InstanceFamily {
  const own = list === null ? null : list.map(anAddress);
  return {
    dhcp: true,
    addresses: own,
    prefixLength: null,
    subnet: null,
    gateway: null,
    prefixes: [],
    ...more,
  };
}

export function aNic(mac: string, more: Partial<InstanceInterface> = {}): InstanceInterface {
  const none = { name: null, id: null, primary: false, mtu: null, vlan: null };
  return { ...none, mac: aMac(mac), ipv4: aFamily([]), ipv6: aFamily([], { dhcp: false }), ...more };
}

/** The first NIC is the primary. */
export function anInstance(
  interfaces: readonly InstanceInterface[],
  more: Partial<InstanceNetwork> = {},
): InstanceNetwork {
  const marked = interfaces.map((nic, index) => ({ ...nic, primary: index === 0 }));
  const primaryMac = marked[0]?.mac ?? aMac('00:16:3e:00:00:00');
  return { schema: 1, cloud: 'alibaba', instanceId: 'i-1', primaryMac, dns: [], interfaces: marked, ...more };
}

export function aPrefix(text: string): Prefix {
  const [base = '', length = ''] = text.split('/');
  return length === '' ? hostPrefix(anAddress(base)) : prefixOf(anAddress(base), Number(length));
}
