import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Address, type Family, hostPrefix, type Prefix, prefixOf } from '../model/address.ts';
import type {
  DesiredFamily,
  DesiredInterface,
  DesiredNetwork,
  PolicyRoute,
  PolicyRule,
} from '../model/desired.ts';
import type { RenderedFile } from '../model/file.ts';
import type { Mac } from '../model/mac.ts';
import type { Result } from '../model/problem.ts';
import { type FormatId, formatIds, type Stack } from '../model/stack.ts';
import { formats } from './registry.ts';
import { render } from './render.ts';
import { templateSource } from './templates.ts';
import { network, stackOf } from './testing.ts';

const texts = new Map<string, string | null>();
const templates = templateSource([
  {
    directory: 'templates',
    files: {
      readText: async (path) => {
        const known = texts.get(path) ?? (await readFile(path, 'utf8').catch(() => null));
        texts.set(path, known);
        return { ok: true, value: known };
      },
    },
  },
]);

const version = (...numbers: readonly number[]) =>
  fc.option(
    fc.constantFrom(...numbers).map((number) => [number]),
    { nil: null },
  );

/** Any stack of a format, of any age. */
const stacks = (format: FormatId): fc.Arbitrary<Stack> =>
  fc
    .record({
      systemd: version(219, 232, 237, 243, 245, 249, 257),
      netplan: fc.constantFrom(null, [0, 36], [0, 99], [0, 104], [1, 1]),
      networkmanager: fc.constantFrom(null, [1, 8], [1, 18], [1, 20], [1, 26], [1, 46]),
      wicked: fc.constantFrom(null, [0, 6, 28], [0, 6, 60]),
      renderer: fc.constantFrom('networkd', 'networkmanager'),
      dhcpClient: fc.constantFrom('dhclient', 'dhcpcd', 'udhcpc', null),
      include: fc.constantFrom('any-name', 'cfg-suffix', 'plain-names', 'none'),
      networkScripts: fc.boolean(),
      id: fc.constantFrom('wicked', 'sysconfig'),
    } as const)
    .map((any) => {
      const versions = {
        systemd: any.systemd,
        netplan: any.netplan,
        networkmanager: any.networkmanager,
        wicked: any.wicked,
      };
      const id = format === 'ifcfg-suse' ? any.id : stackOf(format).id;
      const { renderer, dhcpClient, include, networkScripts } = any;
      return stackOf(format, versions, { id, renderer, dhcpClient, include, networkScripts });
    });

const hosts = fc.uniqueArray(fc.integer({ min: 1, max: 250 }), { minLength: 1, maxLength: 4 });

const behind = { ipv4: '172.30.0.0/16' as Prefix, ipv6: '2001:db8:ff00::/48' as Prefix };

function families(which: Family, number: number): fc.Arbitrary<DesiredFamily> {
  const base = which === 'ipv4' ? `10.9.${number}.` : `2001:db8:${number}::`;
  const address = (host: number) => `${base}${host}` as Address;
  const length = which === 'ipv4' ? 24 : 64;
  return fc
    .record({
      dhcp: fc.boolean(),
      known: fc.boolean(),
      unlisted: fc.boolean(),
      gateway: fc.boolean(),
      routed: fc.boolean(),
      hosts,
      prefix: fc.boolean(),
      shared: fc.boolean(),
    })
    .map((any) => ({
      method: any.dhcp || !any.known ? 'dhcp' : 'static',
      connected: 'table',
      byLease: !any.known || (any.dhcp && any.unlisted),
      address: any.known ? address(any.hosts[0] ?? 1) : null,
      prefixLength: any.known ? length : null,
      further: any.known ? any.hosts.slice(1).map(address) : [],
      prefixes: any.prefix ? [prefixOf(address(64), length + 4)] : [],
      subnet: any.known ? prefixOf(address(1), length) : null,
      gateway: any.known && any.gateway ? (which === 'ipv4' ? address(253) : ('fe80::1' as Address)) : null,
      routes: any.known && any.routed ? [{ destination: behind[which], via: address(254) }] : [],
      sharedWithPrimary: any.shared,
    }));
}

/** A secondary with the routes and rules that follow from its families. */
function nics(number: number): fc.Arbitrary<DesiredInterface> {
  const table = 21000 + number;
  return fc
    .record({
      name: fc.constantFrom(`eth${number}`, `ens${number}f0np0`, `enP1p${number}s0`),
      ipv4: fc.option(families('ipv4', number), { nil: null }),
      ipv6: fc.option(families('ipv6', number), { nil: null }),
      mtu: fc.option(fc.integer({ min: 1280, max: 9000 }), { nil: null }),
    })
    .filter(({ ipv4, ipv6 }) => ipv4 !== null || ipv6 !== null)
    .map(({ name, ipv4, ipv6, mtu }) => {
      const all = (
        [
          ['ipv4', ipv4],
          ['ipv6', ipv6],
        ] as const
      ).flatMap(([family, own]) => (own === null ? [] : [{ family, own }]));
      return {
        name,
        mac: `00:16:3e:00:00:${number.toString(16).padStart(2, '0')}` as Mac,
        id: null,
        slot: number,
        table,
        mtu,
        vlan: null,
        ipv4,
        ipv6,
        routes: all.flatMap(({ family, own }) => routesOf(family, own, name, table)),
        rules: all.flatMap(({ family, own }) => rulesOf(family, own, table)),
      };
    });
}

function rulesOf(family: Family, own: DesiredFamily, table: number): readonly PolicyRule[] {
  const common = { family, priority: table, from: null, to: null, table, suppressPrefixLength: null };
  const sources = [own.address, ...own.further].filter((address) => address !== null);
  const into = { ...common, to: own.subnet, from: (family === 'ipv4' ? '0.0.0.0/32' : '::/1') as Prefix };
  return [
    ...sources.map((address) => ({ ...common, from: hostPrefix(address) })),
    ...(own.subnet === null
      ? []
      : [
          { ...into, priority: 21997, table: 254, suppressPrefixLength: own.prefixLength },
          { ...into, priority: 21998 },
        ]),
  ];
}

function routesOf(family: Family, own: DesiredFamily, device: string, table: number): readonly PolicyRoute[] {
  const common = { family, table, device, source: own.address, metric: 0 };
  const any = (family === 'ipv4' ? '0.0.0.0/0' : '::/0') as Prefix;
  return [
    ...(own.subnet === null ? [] : [{ ...common, destination: own.subnet, via: null, onlink: false }]),
    ...own.routes.map((route) => ({ ...common, ...route, onlink: own.method === 'static' })),
    ...(own.gateway === null
      ? []
      : [{ ...common, destination: any, via: own.gateway, onlink: own.method === 'static' }]),
  ];
}

const networks: fc.Arbitrary<DesiredNetwork> = fc
  .integer({ min: 0, max: 3 })
  .chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => nics(index + 1))))
  .map((secondaries) => network(secondaries));

const rendered = (desired: DesiredNetwork, stack: Stack): Promise<Result<readonly RenderedFile[]>> =>
  render(desired, stack, templates, { dns: false });

/** As the network stage would: the connected route where the format can keep it. */
function placed(desired: DesiredNetwork, stack: Stack): DesiredNetwork {
  const place = (own: DesiredFamily | null, family: Family): DesiredFamily | null =>
    own === null ? null : { ...own, connected: formats[stack.format].connected(stack, own.method, family) };
  const secondaries = desired.secondaries.map((nic) => ({
    ...nic,
    ipv4: place(nic.ipv4, 'ipv4'),
    ipv6: place(nic.ipv6, 'ipv6'),
  }));
  return { ...desired, secondaries };
}

describe.each(formatIds)('%s', (format) => {
  it('renders any network, twice the same, and every checker agrees', async () => {
    await fc.assert(
      fc.asyncProperty(networks, stacks(format), async (any, stack) => {
        const desired = placed(any, stack);

        const once = await rendered(desired, stack);
        const twice = await rendered(desired, stack);

        expect(once).toMatchObject({ ok: true });
        expect(twice).toEqual(once);
        if (!once.ok) return;
        const macs = new Set(once.value.flatMap((file) => file.mac ?? []));
        expect(macs).toEqual(new Set(format === 'none' ? [] : desired.secondaries.map((nic) => nic.mac)));
      }),
      { numRuns: 150 },
    );
  });

  /*
   * Types keep such values out; should one ever come through, the result must be an error or the same lines with only
   * that value changed, never a section, key or line more.
   */
  it('lets no value of any text add a line', async () => {
    const part = fc.constantFrom(
      '\n',
      '\r',
      '\u2028',
      '\0',
      '[Route]',
      'up reboot',
      ' ',
      '"',
      "'",
      '$(id)',
      ';',
      '#',
      '\\',
      '=',
      'x',
      '/',
      ':',
      '1',
    );
    const hostile = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(''));
    const where = fc.constantFrom('name', 'mac', 'address', 'gateway', 'subnet', 'further', 'rule');
    const fixed = fc
      .sample(nics(1), { numRuns: 50, seed: 7 })
      .find((nic) => nic.ipv4?.method === 'static' && nic.ipv4.further.length > 0 && nic.routes.length > 1);
    if (fixed === undefined) throw new Error('no NIC with everything');
    await fc.assert(
      fc.asyncProperty(stacks(format), where, hostile, async (stack, place, text) => {
        const good = await rendered(placed(network([fixed]), stack), stack);
        const bad = await rendered(placed(network([spoil(fixed, place, text)]), stack), stack);

        if (!good.ok) throw new Error(good.problem.message);
        if (!bad.ok) return;
        expect(outline(bad.value)).toEqual(outline(good.value));
      }),
      { numRuns: 200 },
    );
  });
});

/** What each line is, without its values: as many lines, the same sections and keys. */
function outline(files: readonly RenderedFile[]): readonly string[] {
  return files.flatMap((file) =>
    file.text.split('\n').map((line) => /^\s*(-\s)?[\w.-]*[\]=:]?/.exec(line)?.[0] ?? ''),
  );
}

function spoil(nic: DesiredInterface, place: string, text: string): DesiredInterface {
  const ipv4 = nic.ipv4;
  if (ipv4 === null) return nic;
  if (place === 'name') {
    return { ...nic, name: text, routes: nic.routes.map((route) => ({ ...route, device: text })) };
  }
  if (place === 'mac') return { ...nic, mac: text as Mac };
  if (place === 'address') return { ...nic, ipv4: { ...ipv4, address: text as Address } };
  if (place === 'further')
    return { ...nic, ipv4: { ...ipv4, further: ipv4.further.map(() => text as Address) } };
  if (place === 'rule')
    return { ...nic, rules: nic.rules.map((rule) => ({ ...rule, from: text as Prefix })) };
  const change = (route: PolicyRoute): PolicyRoute =>
    place === 'gateway' && route.via !== null
      ? { ...route, via: text as Address }
      : { ...route, destination: text as Prefix };
  return { ...nic, routes: nic.routes.map(change) };
}
