import { describe, expect, it } from 'vitest';
import { defaultConfig } from '../config/defaults.ts';
import { emptyState } from '../model/state.ts';
import { kernelOf, linkLines, macOf, primary } from '../verify/testing.ts';
import { onlyWayOut } from './only-way-out.ts';

const eth1 = { name: 'eth1', mac: macOf(1) };
const up4 = '2: eth0    inet 10.0.0.10/24 scope global eth0\n';
const up6 = '2: eth0    inet6 2001:db8::10/64 scope global\n';
const by1 = 'default via 10.0.1.253 dev eth1\n';
const by1six = 'default via fe80::9 dev eth1 proto static metric 1024\n';
const announced = by1six.replace('static', 'ra');

/** Why eth1 is left alone. */
function why(
  lines4: string,
  lines6 = '',
  more: Partial<Parameters<typeof onlyWayOut>[2]> = {},
  of = primary,
) {
  const kernel = kernelOf(linkLines(2), lines4, lines6);
  return onlyWayOut(eth1, of, {
    ...{ kernel, config: defaultConfig, state: emptyState, primaryAgreed: false },
    ...more,
  });
}

describe('a NIC that alone has the default route of a family', () => {
  it('is left alone while the primary has no address, however often it was named', () => {
    expect(why(by1, '', { primaryAgreed: true })).toMatch(
      /^the primary eth0 has no address, and the default route is /,
    );
    expect(why('', by1six, { primaryAgreed: true })).toMatch(/^the primary eth0 has no address/);
  });

  it('is left alone until reads agree on the primary, unless enid configured it before', () => {
    expect(why(`${by1}${up4}`)).toMatch(
      /^one read alone names eth0 as the primary, and the default route is default via/,
    );
    expect(why(up4, `${by1six}${up6}`)).toMatch(/^one read alone/);
    expect(why(`${by1}${up4}`, '', { primaryAgreed: true })).toBeNull();
    const state = { ...emptyState, names: new Map([[macOf(1), 'eth1']]) };
    expect(why(`${by1}${up4}`, '', { state })).toBeNull();
  });

  it('is left alone while the primary has no address of that family, unless a router brought the route', () => {
    expect(why(up4, by1six, { primaryAgreed: true })).toMatch(/^the primary eth0 has no IPv6 address/);
    expect(why(up4, announced)).toBeNull();
    expect(why(up4, by1six, {}, { ...primary, ipv6: null })).toBeNull();
  });

  it('is not the only way where another link has a default route too', () => {
    expect(why(`${by1}default via 10.0.0.253 dev eth0 metric 5\n${up4}`)).toBeNull();
    expect(why(`${by1}default dev tun0 scope link metric 5\n`)).toBeNull();
    expect(why('default via 10.0.1.253 dev eth1 metric 21001\n')).toBeNull();
    expect(why(`${up4}default via 10.0.0.253 dev eth0\n`)).toBeNull();
  });
});
