import { describe, expect, it } from 'vitest';
import type { IpCommand } from '../model/difference.ts';
import { ok } from '../model/problem.ts';
import { runBatch } from './batch.ts';
import { parseEvent } from './monitor.ts';
import { builtInNames } from './names.ts';
import { parseLinks } from './parse-link.ts';
import { parseFamily } from './read.ts';
import { oddNames } from './testdata/odd-names.ts';

/** What `ip -4 -o -batch` of iproute2 6.1 prints, and 2.6.32 with two blanks after the device, where a link has that name. */
const dump = (name: string, after: string) => `\
0:\tfrom all lookup local
101:\tfrom all iif ${name} lookup 99
102:\tfrom all iif ${name} [detached] lookup 99
10.9.1.0/24 dev ${name}${after}proto kernel${after}scope link${after}src 10.9.1.9 
10.77.1.0/24 via 10.9.1.1 dev ${name}${after}
10.78.1.0/24 \\\tnexthop via 10.9.1.1${after}dev ${name} weight 1 \\\tnexthop via 10.9.1.2${after}dev ${name} weight 1 
5: ${name}    inet 10.9.1.9/24 brd 10.9.1.255 scope global ${name}\\       valid_lft forever preferred_lft forever
5: ${name}    inet 10.9.1.8/24 scope global secondary ${name}\\       valid_lft forever preferred_lft forever
`;

const dump6 = (name: string) => `\
0:\tfrom all lookup local
2001:db8:9::/64 dev ${name} proto kernel metric 256 pref medium
default via fe80::1 dev ${name} metric 1024 pref medium
5: ${name}    inet6 2001:db8:9::9/64 scope global dynamic \\       valid_lft 100sec preferred_lft 50sec
`;

const linkLine = (name: string) =>
  `5: ${name}: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue master ${name} state UP mode DEFAULT group default qlen 1000\\    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff promiscuity 0 \\    bridge addrgenmode eui64`;

describe.each(oddNames)('a link named %j', (name) => {
  it('is read, and so is what is beside it', () => {
    const links = parseLinks(
      `${linkLine(name)}\n${linkLine(`${name}@p1`)}\n${linkLine('eth0')}\n`,
      'ip link',
    );
    expect(links.ok && links.value.map((link) => [link.name, link.master, link.mac, link.kind])).toEqual([
      [name, name, '02:00:00:00:00:01', 'bridge'],
      [name, `${name}@p1`, '02:00:00:00:00:01', 'bridge'],
      ['eth0', 'eth0', '02:00:00:00:00:01', 'bridge'],
    ]);
  });

  it.each([
    ['one blank', ' '],
    ['two blanks', '  '],
  ])('has its addresses, routes and rules, with %s between words', (_what, after) => {
    const read = parseFamily(dump(name, after), 'ipv4', builtInNames);
    if (!read.ok) throw new Error(read.problem.message);
    expect(read.value.addresses.map(({ link, address }) => [link, address])).toEqual([
      [name, '10.9.1.9'],
      [name, '10.9.1.8'],
    ]);
    expect(read.value.routes.map(({ device }) => device)).toEqual([name, name, null]);
    expect(read.value.routes[2]?.spec.split(' ').filter((word) => word === name)).toHaveLength(
      name === 'dev' ? 4 : name === 'via' || name === 'nexthop' ? 4 : 2,
    );
    expect(read.value.rules.slice(1).map(({ spec }) => spec)).toEqual(
      [101, 102].map((priority) => `priority ${priority} from all iif ${name} lookup 99`),
    );
  });

  it('has its IPv6 addresses and routes', () => {
    const read = parseFamily(dump6(name), 'ipv6', builtInNames);
    if (!read.ok) throw new Error(read.problem.message);
    expect(read.value.addresses).toMatchObject([{ link: name, flags: ['dynamic'] }]);
    expect(read.value.routes.map(({ device }) => device)).toEqual([name, name]);
  });

  it('is named by every event', () => {
    const lines = [...dump(name, ' ').split('\n').slice(3, 5), ...dump(name, ' ').split('\n').slice(6, 8)];
    for (const line of [...lines, linkLine(name), linkLine(`${name}@p1`), `Deleted ${linkLine(name)}`]) {
      expect(parseEvent(line)?.link, line).toBe(name);
    }
  });
});

it.each(['a#b', '"ab', "'ab", 'end\\'])(
  'a line that ends with %s is in no batch, but a command of its own',
  async (name) => {
    const given: (readonly string[])[] = [];
    const exec = {
      run: (argv: readonly string[]) => {
        given.push(argv);
        return Promise.resolve(ok({ exitCode: 0, stdout: '', stderr: '' }));
      },
    };
    const commands = [name, 'eth1'].map(
      (each): IpCommand => ({ family: 'ipv4', line: `link set up dev ${each}` }),
    );
    expect(await runBatch(exec, commands)).toEqual(ok([]));
    expect(given).toEqual([name, 'eth1'].map((each) => ['ip', '-4', 'link', 'set', 'up', 'dev', each]));
  },
);
