import { expect, test } from 'vitest';
import { advertise } from '../lab/advertise.ts';
import { bandRules, readKernel } from '../lab/kernel.ts';
import type { Nic } from '../lab/nic.ts';
import { inPrefix } from '../lab/subnet.ts';
import { expectAllWell, pause, useScene } from './scene.ts';

// IPv6 as good as IPv4: ENIs with IPv6 alone, delegated prefixes, a gateway that advertises itself on every NIC.

const scene = useScene({ ipv6: true });

function global6(link: string): Promise<string> {
  return scene.vpc.server.must(['ip', '-6', '-o', 'addr', 'show', 'dev', link, 'scope', 'global']);
}

test('an ENI with IPv6 alone, in another subnet', async () => {
  const nic = await scene.vpc.attach({ subnet: 1, ipv4: false, ipv6: true, count: 2 });

  const status = await scene.enid.untilConfigured(nic.name);

  expect(status).toMatchObject({ state: 'configured', reason: null, table: 21001 });
  expect([...status.addresses].sort()).toEqual(nic.ipv6.map((address) => `${address}/128`).sort());
  await expectAllWell(scene);
  const { rules, rules6, tables } = await readKernel(scene.vpc.server);
  expect(rules.join('\n')).not.toMatch(/21\d\d\d:/);
  expect(rules6.filter((rule) => rule.startsWith('2199'))).toEqual([
    `21996: from 8000::/1 to ${nic.subnet.cidr6} lookup main`,
    `21996: from ::/1 to ${nic.subnet.cidr6} lookup main`,
    `21997: from all to ${nic.subnet.cidr6} lookup main suppress_prefixlength 64`,
    `21998: from all to ${nic.subnet.cidr6} lookup 21001`,
  ]);
  expect(tables.get(21001)?.join('\n')).toContain(`default via ${nic.subnet.gateway6} dev ${nic.name}`);
});

test('an ENI with IPv6 alone, in the subnet of the primary', async () => {
  const nic = await scene.vpc.attach({ subnet: 0, ipv4: false, ipv6: true });

  await scene.enid.untilConfigured(nic.name);

  await expectAllWell(scene);
});

test('delegated prefixes of both families answer by the NIC that has them', async () => {
  const nic = await scene.vpc.attach({ subnet: 1, ipv6: true, prefixes: 2 });
  // What lives in a prefix: here on the loopback, elsewhere behind a bridge.
  await scene.vpc.server.ip(
    nic.prefixes.map((prefix) => `${prefix.includes(':') ? '-6 ' : ''}addr add ${inPrefix(prefix)} dev lo`),
  );

  const { table } = await scene.enid.untilConfigured(nic.name);

  expect(nic.prefixes).toHaveLength(4);
  const rules = bandRules(await readKernel(scene.vpc.server));
  for (const prefix of nic.prefixes) expect(rules).toContain(`${table}: from ${prefix} lookup ${table}`);
  await expectAllWell(scene);
});

test('a gateway that advertises itself brings no route and no address to a secondary', async () => {
  const stranger = scene.vpc.plan({ subnet: 1, ipv6: true, name: 'eth8' });
  await scene.vpc.plug(stranger);
  await scene.vpc.server.ip([`link set ${stranger.name} up`]);
  const late = await scene.vpc.attach({ subnet: 1, ipv6: true, name: 'eth9' });
  const secondaries = scene.vpc.nics().filter((nic) => !nic.primary && nic.mac !== stranger.mac);

  await advertise(
    scene.vpc.router,
    [...secondaries, stranger].map(({ port }) => port),
  );
  await scene.enid.untilConfigured(late.name);

  // That they are sent, and taken where nobody forbids it, is seen on a NIC that is not ours (yet).
  await expect.poll(() => global6(stranger.name), { timeout: 30_000 }).toContain('dynamic');
  expect((await readKernel(scene.vpc.server)).main6.join('\n')).toMatch(/default via fe80::\S+ dev eth8/);
  await scene.vpc.unplug(stranger);
  await pause(6_000); // one more round of them
  await expectAllWell(scene);
  for (const nic of secondaries) expect(addressesIn(await global6(nic.name))).toEqual(sorted(nic));
});

test('attached where advertisements are sent already', async () => {
  const [eth1] = scene.vpc.nics().filter(({ name }) => name === 'eth1');
  if (eth1 === undefined) throw new Error('eth1 is there');
  await scene.vpc.detach(eth1);
  await scene.enid.until(
    'eth1 is gone',
    ({ interfaces }) => interfaces.every(({ name }) => name !== 'eth1'),
    30_000,
  );

  await scene.vpc.list(eth1);
  await scene.vpc.plug(eth1);

  await scene.enid.untilConfigured('eth1');
  await pause(6_000);
  await expectAllWell(scene);
  expect(addressesIn(await global6('eth1'))).toEqual(sorted(eth1));
});

function addressesIn(text: string): readonly string[] {
  return [...text.matchAll(/inet6 (\S+)/g)].map(([, address = '']) => address).sort();
}

function sorted(nic: Nic): readonly string[] {
  return nic.ipv6.map((address) => `${address}/128`).sort();
}
