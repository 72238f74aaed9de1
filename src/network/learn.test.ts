import { describe, expect, it } from 'vitest';
import type { Address, Prefix } from '../model/address.ts';
import type { KernelAddress, KernelRoute, KernelState } from '../model/kernel.ts';
import type { Learned, Lease } from '../model/lease.ts';
import { learn } from './learn.ts';

const address = (changes: Partial<KernelAddress> = {}): KernelAddress => ({
  link: 'eth1',
  family: 'ipv4',
  address: '10.0.1.20' as Address,
  prefixLength: 24,
  scope: 'global',
  flags: ['dynamic'],
  ...changes,
});
const byDhcp: KernelRoute = {
  family: 'ipv4',
  type: 'unicast',
  destination: '0.0.0.0/0' as Prefix,
  table: 21001,
  via: '10.0.1.253' as Address,
  device: 'eth1',
  source: '10.0.1.20' as Address,
  metric: 1024,
  protocol: 'dhcp',
  scope: null,
  onlink: false,
  dead: false,
  spec: '',
};
const lease: Lease = {
  address: '10.0.1.20' as Address,
  gateway: '10.0.1.1' as Address,
  prefixLength: 24,
  mac: null,
};
const former: Learned = { address: '10.0.1.20' as Address, prefixLength: 24, gateway: '10.0.1.2' as Address };
const other = '10.0.1.77' as Address;

function learned(
  held: Partial<KernelState>,
  leases: readonly Lease[] = [],
  ipv4: Learned | null = null,
): Learned | null {
  const kernel: KernelState = { links: [], addresses: [], routes: [], rules: [], ...held };
  return learn({ family: 'ipv4', device: 'eth1', kernel, leases, remembered: { ipv4, ipv6: null } });
}

describe('what a lease says', () => {
  it('is the address in the kernel and the gateway in the file', () => {
    expect(learned({ addresses: [address()] }, [lease])).toEqual({ ...former, gateway: '10.0.1.1' });
  });

  it('is the default in the kernel before that of any file', () => {
    expect(learned({ addresses: [address()], routes: [byDhcp] }, [lease])?.gateway).toBe('10.0.1.253');
  });

  it('is known by its route where its address stays for ever, and by its file where the client sets no lifetime', () => {
    const addresses = [address({ flags: [] })];

    expect(learned({ addresses })).toBeNull();
    expect(learned({ addresses, routes: [byDhcp] })?.address).toBe('10.0.1.20');
    expect(learned({ addresses }, [lease])?.address).toBe('10.0.1.20');
  });

  it('has the length of its file, else the former one, where the address is set as /32', () => {
    const addresses = [address({ prefixLength: 32 })];

    expect(learned({ addresses }, [lease])?.prefixLength).toBe(24);
    expect(learned({ addresses }, [{ ...lease, prefixLength: null }], former)?.prefixLength).toBe(24);
    expect(learned({ addresses }, [{ ...lease, prefixLength: 32 }], former)?.prefixLength).toBe(32);
    expect(learned({ addresses })?.prefixLength).toBe(32);
  });

  it('is not what a file says of an address that the link does not have', () => {
    expect(learned({}, [lease])).toBeNull();
    expect(learned({ addresses: [address({ address: other })] }, [lease])).toEqual({
      address: other,
      prefixLength: 24,
      gateway: null,
    });
  });

  it('stays what it was while there is no lease, and while nothing tells its gateway', () => {
    expect(learned({}, [], former)).toEqual(former);
    expect(learned({ addresses: [address()] }, [], former)).toEqual(former);
  });

  it('is another as soon as the kernel has another: the gateway of the former one is no longer known', () => {
    const addresses = [address({ address: other })];

    expect(learned({ addresses }, [lease], former)).toEqual({
      address: other,
      prefixLength: 24,
      gateway: null,
    });
  });

  it('is the newer one while both addresses are there, where the client wrote which', () => {
    const addresses = [address(), address({ address: other })];

    expect(learned({ addresses }, [{ ...lease, address: other }], former)?.address).toBe(other);
    expect(learned({ addresses: [...addresses].reverse() }, [], former)?.address).toBe('10.0.1.20');
  });

  it('is nothing of another link, of the link itself or of an advertisement', () => {
    const addresses = [
      address({ link: 'eth2' }),
      address({ scope: 'link' }),
      address({ flags: ['dynamic', 'mngtmpaddr'] }),
    ];

    expect(learned({ addresses })).toBeNull();
  });
});

describe('what an IPv6 lease says', () => {
  const own = '2001:db8:1::20' as Address;
  const six = (changes: Partial<KernelAddress> = {}) =>
    address({ family: 'ipv6', address: own, prefixLength: 128, ...changes });
  const advertised = (destination: string, via: string | null): KernelRoute => ({
    ...byDhcp,
    family: 'ipv6',
    destination: destination as Prefix,
    via: via as Address | null,
    source: null,
    protocol: 'ra',
  });
  const held = (routes: readonly KernelRoute[], leases: readonly Lease[] = [], ipv6: Learned | null = null) =>
    learn({
      family: 'ipv6',
      device: 'eth1',
      kernel: {
        links: [],
        addresses: [six({ address: '2001:db8:1:0:216::1' as Address, prefixLength: 64 }), six()],
        routes,
        rules: [],
      },
      leases,
      remembered: { ipv4: null, ipv6 },
    });

  it('is an address alone; subnet and gateway are what routers advertise', () => {
    const routes = [
      advertised('::/0', 'fe80::1'),
      advertised('2001:db8::/32', null),
      advertised('2001:db8:1::/64', null),
      advertised('2001:db8:9::/64', null),
    ];

    expect(held([])).toEqual({ address: own, prefixLength: null, gateway: null });
    expect(held(routes)).toEqual({ address: own, prefixLength: 64, gateway: 'fe80::1' });
  });

  it('has the router that was heard for its gateway, and keeps what was known', () => {
    const heard: Lease = { address: own, gateway: 'fe80::2' as Address, prefixLength: null, mac: null };
    const before: Learned = { address: own, prefixLength: 64, gateway: 'fe80::1' as Address };

    expect(held([], [heard])).toEqual({ address: own, prefixLength: null, gateway: 'fe80::2' });
    expect(held([], [], before)).toEqual(before);
  });
});
