import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ParsedLink, parseLinks } from './parse-link.ts';
import { type Age, ages, sample } from './testdata/samples.ts';

function links(age: Age): ReadonlyMap<string, ParsedLink> {
  const parsed = parseLinks(sample(age, 'link'), 'ip link');
  if (!parsed.ok) throw new Error(parsed.problem.message);
  return new Map(parsed.value.map((link) => [link.name, link]));
}

describe('parseLinks', () => {
  it.each(ages)('reads every line of %s', (age) => {
    expect(links(age).size).toBe(sample(age, 'link').trim().split('\n').length);
  });

  it('reads a plain NIC of 2.6.32', () => {
    expect(links('el6').get('eth1')).toEqual({
      index: 3,
      name: 'eth1',
      mac: '00:16:3e:12:e7:01',
      mtu: 1500,
      up: true,
      carrier: true,
      type: 'ether',
      kind: null,
      master: null,
      parent: null,
      vlanId: null,
    });
  });

  it('knows a VLAN with its parent, old and new', () => {
    expect(links('el6').get('eth0.100')).toMatchObject({ kind: 'vlan', vlanId: 100, parent: 'eth0' });
    expect(links('el7').get('eth0.393')).toMatchObject({ kind: 'vlan', vlanId: 393, parent: 'eth0' });
    expect(links('iproute2-6.9').get('ens6.100')).toMatchObject({ kind: 'vlan', vlanId: 100, up: false });
  });

  it('knows members of bonds and bridges and what holds them', () => {
    expect(links('el6').get('eth2')).toMatchObject({ master: 'bond0', kind: null });
    expect(links('el7').get('eth2')).toMatchObject({ master: 'bond0', kind: null });
    expect(links('el7').get('bond0')).toMatchObject({ master: null, kind: 'bond' });
    expect(links('el7').get('vetha27f235')).toMatchObject({
      master: 'docker0',
      kind: 'veth',
      parent: null,
    });
    expect(links('iproute2-6.1').get('p1')).toMatchObject({ master: 'br0', kind: 'veth', parent: 'eth1' });
  });

  it('takes no other detail for a kind', () => {
    expect(links('el7').get('eth3')?.kind).toBeNull();
    expect(links('iproute2-6.9').get('ens5')?.kind).toBeNull();
    expect(links('iproute2-6.1').get('eth1')?.kind).toBe('veth');
    expect(links('iproute2-6.1').get('vx0')?.kind).toBe('vxlan');
    expect(links('iproute2-6.1').get('tun0')).toMatchObject({ kind: 'tun', mac: null, type: 'none' });
  });

  it('tells up from carrier', () => {
    expect(links('ubuntu-14.04').get('eth1')).toMatchObject({ up: true, carrier: false });
    expect(links('el7').get('eth1')).toMatchObject({ up: false, carrier: false });
  });

  it('has no MAC for loopback and tunnels', () => {
    expect(links('el6').get('lo')).toMatchObject({ mac: null, type: 'loopback' });
    expect(links('el6').get('sit0')).toMatchObject({ mac: null, type: 'sit' });
  });

  it.each(['eth0 is up', '2: eth0: mtu 1500', '2: eth0: <UP> mtu 1500 qdisc noop'])(
    'refuses "%s" and names it',
    (line) => {
      const parsed = parseLinks(line, 'ip link');
      expect(parsed).toMatchObject({ ok: false, problem: { code: 'kernel-unreadable', place: 'ip link' } });
      expect(!parsed.ok && parsed.problem.message).toContain(line);
    },
  );

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => typeof parseLinks(text, 'ip link').ok === 'boolean'));
  });
});
