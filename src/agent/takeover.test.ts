import { describe, expect, it } from 'vitest';
import type { Mac } from '../model/mac.ts';
import {
  kernelOf,
  linkLines,
  macOf,
  networkOf,
  primary,
  secondary,
  static4,
  static6,
} from '../verify/testing.ts';
import { takeovers } from './takeover.ts';

const network = networkOf(secondary(static4, static6));
const own4 =
  '2: eth0    inet 10.0.0.10/24 scope global eth0\n10.0.0.0/24 dev eth0 proto kernel scope link src 10.0.0.10\n';
const own6 = '2: eth0    inet6 2001:db8::10/64 scope global\n';
const by1 = 'default via 10.0.1.253 dev eth1\n';
const by1six = 'default via fe80::9 dev eth1 proto ra metric 1024\n';
const nobody = { names: new Map<Mac, string>() };

/** The lines that set the primary's default, for what a kernel shows. */
function due(lines4: string, lines6 = '', state = nobody, wanted = network): readonly string[] {
  return takeovers(kernelOf(linkLines(2), lines4, lines6), state, wanted).map(({ command }) => command.line);
}

describe('a way that the primary takes over is to be proved', () => {
  it('where a NIC that enid did not configure alone has the default route, in each family', () => {
    expect(due(`${by1}${own4}`, `${by1six}${own6}`)).toEqual([
      'route append default via 10.0.0.253 dev eth0',
      'route append default via fe80::1 dev eth0',
    ]);
  });

  it('not where enid configured that NIC, whose lease brought the route', () => {
    expect(due(`${by1}${own4}`, '', { names: new Map([[macOf(1), 'eth1']]) })).toEqual([]);
  });

  it('but where it configured the primary as well, by a wrong metadata', () => {
    const names = new Map([macOf(0), macOf(1)].map((mac, number): [Mac, string] => [mac, `eth${number}`]));
    expect(due(`${by1}${own4}`, '', { names })).toEqual(['route append default via 10.0.0.253 dev eth0']);
  });

  it('not where the primary, or a tunnel, has a default route already', () => {
    expect(due(`${by1}default via 10.0.0.253 dev eth0 metric 9\n${own4}`)).toEqual([]);
    expect(due(`${by1}default dev tun0 scope link metric 9\n${own4}`)).toEqual([]);
  });

  it('not where the primary has no address of the family, or no known gateway', () => {
    expect(due(by1)).toEqual([]);
    const unknown = {
      ...network,
      primary: { ...primary, ipv4: { addresses: static4.further, subnet: null, gateway: null } },
    };
    expect(due(`${by1}${own4}`, '', nobody, unknown)).toEqual([]);
  });
});
