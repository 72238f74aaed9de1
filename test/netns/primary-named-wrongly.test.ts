import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { closeAll, leftovers } from '../lab/cleanup.ts';
import { type Enid, installEnid } from '../lab/enid.ts';
import { readKernel } from '../lab/kernel.ts';
import { metadataLeaves } from '../lab/metadata-tree.ts';
import type { Nic } from '../lab/nic.ts';
import { labObstacle } from '../lab/privileges.ts';
import { brokenPromises } from '../lab/promises.ts';
import { labId } from '../lab/run.ts';
import { replaceFile, savedNetwork } from '../lab/saved.ts';
import { untidy } from '../lab/tidy.ts';
import { makeVpc, type Vpc } from '../lab/vpc.ts';
import { connectByHand } from './by-hand.ts';
import { pause } from './scene.ts';

// Metadata that names the primary wrongly, with real packets: what the kernel shows decides.

const file = '/etc/enid/network.json';
const ipv6 = true;
let vpc: Vpc;
let enid: Enid;

beforeAll(() => expect(labObstacle(), 'these tests need root and iproute2').toBeNull());
afterEach(closeAll);
afterAll(() => expect(leftovers(labId)).toEqual([]));

/** A server with eth0 as its distribution set it, and an ENI in another subnet that nobody set. */
async function server(): Promise<Nic> {
  vpc = await makeVpc({ ipv6 });
  await Promise.all([vpc.peer(0), vpc.peer(1)]);
  enid = await installEnid(vpc.server);
  await enid.configure({ provider: 'file', metadata: { file, poll: '5s' } });
  return vpc.attach({ subnet: 1, ipv6 });
}

type Saved = ReturnType<typeof savedNetwork> & { instanceId: string | null };

async function says(nics: readonly Nic[], instanceId: string | null = 'i-saved'): Promise<void> {
  const network: Saved = { ...savedNetwork(nics), instanceId };
  await replaceFile(vpc.server, file, `${JSON.stringify(network, null, 1)}\n`);
}

const flagged = (nics: readonly Nic[], number: number): readonly Nic[] =>
  nics.map((nic, index) => ({ ...nic, primary: index === number }));

/** Each NIC with the addresses and the subnet of the other. */
function exchanged([one, other]: readonly [Nic, Nic]): readonly Nic[] {
  const of = ({ ipv4, ipv6: six, subnet }: Nic) => ({ ipv4, ipv6: six, subnet });
  return [
    { ...one, ...of(other) },
    { ...other, ...of(one) },
  ];
}

async function networkOf(): Promise<unknown> {
  const { rules, rules6, tables } = await readKernel(vpc.server);
  const main = await Promise.all(
    ['-4', '-6'].map(async (family) => [
      await vpc.server.must(['ip', family, 'route', 'show', 'table', 'main']),
      (await vpc.server.must(['ip', family, '-o', 'address', 'show', 'scope', 'global'])).replace(
        /\d+sec/g,
        '',
      ),
    ]),
  );
  return { rules, rules6, tables: [...tables], main };
}

/** Every command refuses the read in the same words, and none of them changes or advises anything. */
async function expectUnknown(place: RegExp): Promise<void> {
  const before = await networkOf();
  for (const command of ['plan', 'reconfigure', 'metadata'] as const) {
    const ran = await enid.run(command);
    expect([command, ran.code]).toEqual([command, 75]);
    expect(`${ran.stdout}${ran.stderr}`).toMatch(/metadata-disagrees/);
    expect(`${ran.stdout}${ran.stderr}`).toMatch(place);
  }
  const doctor = await enid.run('doctor');
  expect(doctor.code).toBe(3);
  expect(doctor.stdout).toMatch(place);
  expect(doctor.stdout).not.toMatch(/route del|a route in main goes by eth0/);
  expect((await enid.run('reconfigure', '--boot', '--wait', '1')).code).toBe(0);
  expect(await networkOf()).toEqual(before);
}

describe('after a run that was right', () => {
  test('every lie is unknown to every command, the packets go on, and the truth is believed at once', async () => {
    const eth1 = await server();
    const nics: readonly [Nic, Nic] = [vpc.primary, eth1];
    await says(nics);
    expect((await enid.run('reconfigure')).code).toBe(0);
    expect(await brokenPromises(vpc)).toEqual([]);

    const lies: readonly (readonly [readonly Nic[], string | null, RegExp])[] = [
      [flagged(nics, 1), 'i-saved', /primaryMac: names eth1 .*the primary of this machine is eth0/],
      [flagged(nics, 1), 'i-other', /primaryMac: names eth1/],
      [flagged(nics, 1), null, /primaryMac: names eth1/],
      [flagged(nics, 1).slice(1), 'i-saved', /primaryMac: names eth1/],
      [
        exchanged(nics),
        'i-saved',
        /eth0 .* ipv4\.addresses: has 10\.0\.0\.10, which the metadata lists for eth1/,
      ],
      [
        [{ ...nics[0], mac: '00:16:3e:00:00:77' }, eth1],
        'i-saved',
        /primaryMac: names 00:16:3e:00:00:77, and no NIC/,
      ],
    ];
    for (const [lie, instance, place] of lies) {
      await says(lie, instance);
      await expectUnknown(place);
    }
    expect(await brokenPromises(vpc)).toEqual([]);
    await says(nics);
    expect((await enid.run('reconfigure')).code).toBe(0);
    expect((await enid.run('plan')).code).toBe(0);
    expect(await untidy(vpc)).toEqual([]);
  });

  test('a daemon says it once, keeps what it set, and goes on with the truth', async () => {
    const eth1 = await server();
    const nics: readonly [Nic, Nic] = [vpc.primary, eth1];
    await says(nics);
    await enid.start();
    await enid.untilConfigured('eth1');
    const before = await networkOf();
    await says(flagged(nics, 1), 'i-other');
    const told = await enid.until('it is told', ({ problems }) => problems[0]?.code === 'metadata-disagrees');
    expect(told).toMatchObject({ state: 'degraded', lastRun: { outcome: 'unknown' } });
    expect(told.interfaces.find(({ name }) => name === 'eth0')).toMatchObject({ role: 'primary' });
    await pause(12_000);
    await vpc.server.ip(['rule add from 192.0.2.1 lookup 77 priority 77', 'rule del priority 77']);
    await pause(1_000);
    expect(enid.log().match(/metadata-disagrees/g)?.length ?? 0).toBe(1);
    expect(await enid.status()).toMatchObject({ state: 'degraded', lastRun: { outcome: 'unknown' } });
    expect(await networkOf()).toEqual(before);
    expect(await brokenPromises(vpc)).toEqual([]);
    await says(nics);
    await enid.until('the truth', ({ state, problems }) => state === 'ok' && problems.length === 0);
    await enid.stop();
  });

  test('a lie of a service over HTTP is unknown as well', async () => {
    const eth1 = await server();
    const nics: readonly [Nic, Nic] = [vpc.primary, eth1];
    await enid.configure({});
    expect((await enid.run('reconfigure')).code).toBe(0);
    await vpc.metadata.set({ leaves: metadataLeaves(flagged(nics, 1)) });
    await expectUnknown(/primaryMac: names eth1/);
    await vpc.metadata.set({ leaves: metadataLeaves(exchanged(nics)) });
    await expectUnknown(/eth0 .* ipv4\.addresses: has 10\.0\.0\.10/);
    await vpc.metadata.set({ leaves: metadataLeaves(nics) });
    expect((await enid.run('reconfigure')).code).toBe(0);
    expect(await brokenPromises(vpc)).toEqual([]);
  });
});

test('on the very first run a primary without an address is unknown while another NIC has the default route', async () => {
  const eth1 = await server();
  const nics: readonly [Nic, Nic] = [vpc.primary, eth1];
  await says(flagged(nics, 1));
  await expectUnknown(/primaryMac: names eth1 .*, which has no address; the default route leaves by eth0/);
  await says(exchanged(nics));
  await expectUnknown(/eth0 .* ipv4\.addresses: has 10\.0\.0\.10/);
  await says(nics);
  expect((await enid.run('reconfigure')).code).toBe(0);
  expect(await brokenPromises(vpc)).toEqual([]);
});

describe('a machine that came up with its only default route by a secondary', () => {
  const defaults = async (): Promise<string> =>
    [
      await vpc.server.must(['ip', '-4', 'route', 'show', 'default']),
      await vpc.server.must(['ip', '-6', 'route', 'show', 'default']),
    ].join('');

  /** Both NICs have their addresses by the distribution, and eth1 the default routes. */
  async function cameUp(): Promise<readonly [Nic, Nic]> {
    const eth1 = await server();
    await connectByHand(vpc, eth1);
    await vpc.server.ip([
      `route replace default via ${eth1.subnet.gateway4} dev eth1`,
      '-6 route del default',
      `-6 route add default via ${eth1.subnet.gateway6} dev eth1`,
    ]);
    return [vpc.primary, eth1];
  }

  test('gets the primary’s, once its way is proved', async () => {
    const nics = await cameUp();
    await says(nics);
    const ran = await enid.run('reconfigure');
    expect([ran.code, ran.stdout]).toEqual([0, expect.stringContaining('default')]);
    expect(await defaults()).not.toContain('eth1');
    expect(await untidy(vpc)).toEqual([]);
    expect(await brokenPromises(vpc)).toEqual([]);
  });

  test('keeps it where the gateway of the primary does not answer, and nothing else is changed', async () => {
    const nics = await cameUp();
    await says(nics);
    await vpc.router.ip(['link set n0 down']);
    const before = await networkOf();
    const ran = await enid.run('reconfigure');
    expect([ran.code, ran.stdout]).toEqual([3, expect.stringContaining('is not proved')]);
    expect(await networkOf()).toEqual(before);
  });

  test('keeps it until reads of a service agree', async () => {
    const nics = await cameUp();
    await enid.configure({ metadata: { poll: '5s', timeout: '1s' } });
    await vpc.metadata.set({ leaves: metadataLeaves(nics) });
    const before = await networkOf();
    await enid.run('reconfigure');
    const status = await enid.status();
    expect(status?.interfaces.find(({ name }) => name === 'eth1')).toMatchObject({ reason: 'only-way-out' });
    expect(await networkOf()).toEqual(before);
    await pause(4_500);
    expect((await enid.run('reconfigure')).code).toBe(0);
    expect(await defaults()).not.toContain('eth1');
    expect(await brokenPromises(vpc)).toEqual([]);
  });
});

/** state.json and kernel as 0.1.0 left them, once it had believed that eth1 is the primary. */
test.each(['static', 'by lease'] as const)(
  'the truth heals what 0.1.0 made of a lie: the address of eth0 was %s',
  async (kind) => {
    const eth1 = await server();
    const nics: readonly [Nic, Nic] = [vpc.primary, eth1];
    await connectByHand(vpc, eth1);
    const { cidr4, cidr6, gateway4, gateway6 } = vpc.primary.subnet;
    const lease = kind === 'by lease' ? ' valid_lft 3000 preferred_lft 3000' : '';
    const [own4 = '', own6 = ''] = [...vpc.primary.ipv4, ...vpc.primary.ipv6];
    await vpc.server.ip([
      'addr flush dev eth0 scope global',
      kind === 'by lease' ? `addr add ${own4}/24 dev eth0${lease}` : `addr add ${own4}/32 dev eth0`,
      `-6 addr add ${own6}/128 dev eth0 nodad`,
      ...(kind === 'by lease' ? [`route del ${cidr4} dev eth0`] : []),
      `route replace ${cidr4} dev eth0 src ${own4} table 21001`,
      `route replace default via ${gateway4} dev eth0 onlink src ${own4} table 21001`,
      `-6 route replace ${cidr6} dev eth0 table 21001`,
      `-6 route replace default via ${gateway6} dev eth0 table 21001`,
      `rule add from ${own4} lookup 21001 priority 21001`,
      `rule add to ${cidr4} lookup 21001 priority 21999`,
      `rule add from ${eth1.ipv4[0]} to ${cidr4} lookup main priority 21000`,
      `-6 rule add from ${own6} lookup 21001 priority 21001`,
      `route replace default via ${eth1.subnet.gateway4} dev eth1`,
      `-6 route replace default via ${eth1.subnet.gateway6} dev eth1`,
    ]);
    await vpc.server.run(['ip', '-6', 'route', 'del', 'default', 'dev', 'eth0']);
    await says(flagged(nics, 1));
    const believed = JSON.parse((await enid.run('metadata', '--json')).stdout) as object;
    const state = {
      ...{ schema: 1, slots: { [vpc.primary.mac]: 1 }, names: { [vpc.primary.mac]: 'eth0' }, files: {} },
      ...{ sysctls: {}, primaryAddresses: [], tableBase: 21000, learned: {}, missing: {} },
      commons: [
        `ipv4 rule from ${eth1.ipv4[0]}/32 to ${cidr4} lookup 254 priority 21000`,
        `ipv4 rule to ${cidr4} lookup 21001 priority 21999`,
      ],
      ...{ believed, refusedPlan: null, tornPlan: null },
    };
    await vpc.server.must(
      ['sh', '-ec', 'mkdir -p /var/lib/enid; cat > /var/lib/enid/state.json'],
      JSON.stringify(state),
    );

    await says(nics);
    expect((await enid.run('reconfigure')).code).toBe(75);
    await pause(4_500);
    const ran = await enid.run('reconfigure');
    expect([ran.code, ran.stdout, ran.stderr]).toEqual([0, expect.any(String), expect.any(String)]);
    const shown = JSON.stringify(await networkOf());
    expect(shown).toContain(`${own4}/24`);
    expect(shown).toContain(`${own6}/64`);
    expect(shown).not.toContain(`${own4}/32 `);
    expect(await vpc.server.must(['ip', '-4', 'route', 'show', 'default'])).toContain('dev eth0');
    expect(await vpc.server.must(['ip', '-4', 'route', 'show', cidr4])).toContain('dev eth0');
    expect(await untidy(vpc)).toEqual([]);
    expect(await brokenPromises(vpc)).toEqual([]);
    expect((await enid.run('plan')).code).toBe(0);
    await says(flagged(nics, 1));
    await expectUnknown(/primaryMac: names eth1/);
  },
);
