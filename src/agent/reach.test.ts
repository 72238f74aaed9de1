import { describe, expect, it } from 'vitest';
import type { Address } from '../model/address.ts';
import type { Config } from '../model/config.ts';
import type { DesiredPrimary, PrimaryFamily } from '../model/desired.ts';
import type { Mac } from '../model/mac.ts';
import { gatewayOf, isOwn, probesOf } from './reach.ts';
import { fakeMachine } from './testing.ts';

const family = (address: string, gateway: string | null): PrimaryFamily => ({
  addresses: [address as Address],
  subnet: null,
  gateway: gateway as Address | null,
});
const four = family('10.0.0.5', '10.0.0.253');
const six = family('2001:db8::5', 'fe80::1');
const primary = (ipv4: PrimaryFamily | null, ipv6: PrimaryFamily | null): DesiredPrimary => ({
  name: 'eth0',
  mac: '00:16:3e:00:00:01' as Mac,
  id: null,
  ipv4,
  ipv6,
});

describe('the probes', () => {
  it('ask the gateway of IPv4, or of IPv6 where there is no other', () => {
    expect(gatewayOf(primary(four, six))).toMatchObject({ gateway: '10.0.0.253', source: '10.0.0.5' });
    expect(gatewayOf(primary(null, six))).toEqual({
      link: 'eth0',
      gateway: 'fe80::1',
      source: '2001:db8::5',
    });
    expect(gatewayOf(primary(family('10.0.0.5', null), six))).toMatchObject({ gateway: 'fe80::1' });
    expect(gatewayOf(primary(null, null))).toBe(null);
  });

  it.each([
    ['both families, an IPv4 endpoint', primary(four, six), 'http://100.100.100.200', 'gateway metadata'],
    ['IPv6 alone, an IPv4 endpoint', primary(null, six), 'http://100.100.100.200', 'gateway metadata'],
    ['IPv6 alone, an IPv6 endpoint', primary(null, six), 'http://[fd00:ec2::254]', 'gateway metadata'],
    ['IPv4 alone, an IPv6 endpoint', primary(four, null), 'http://[fd00:ec2::254]', 'gateway metadata'],
    ['no gateway', primary(family('10.0.0.5', null), null), 'http://100.100.100.200', 'metadata'],
    ['no endpoint', primary(four, null), null, 'gateway'],
  ])('are those that can be asked: %s', async (_, nic, endpoint, names) => {
    const { ports } = await fakeMachine();
    const config = { rollback: { timeout: 1, probe: ['gateway', 'metadata'] } } as unknown as Config;
    const probes = probesOf(ports, nic, config, endpoint);
    expect(probes.map((probe) => probe.name).join(' ')).toBe(names);
  });
});

describe("the primary's own addresses", () => {
  const held = (address: string, flags: readonly string[] = [], link = 'eth0') =>
    isOwn(
      { ...primary(four, six), further: ['10.0.0.6' as Address] },
      { link, family: 'ipv4', address: address as Address, prefixLength: 24, scope: 'global', flags },
    );

  it('are those that are known, and its leases', () => {
    expect([held('10.0.0.5'), held('10.0.0.6'), held('10.0.0.9', ['dynamic'])]).toEqual([true, true, true]);
    expect(held('10.0.0.100', ['secondary'])).toBe(false);
    // What stands on another link is not for this rule to judge.
    expect(held('10.0.0.100', [], 'eth1')).toBe(true);
  });
});
