import { beforeAll, describe, expect, test } from 'vitest';
import type { Diagnosis } from '../../src/doctor/diagnosis.ts';
import { readKernel } from '../lab/kernel.ts';
import type { Nic } from '../lab/nic.ts';
import { brokenPromises } from '../lab/promises.ts';
import { replaceFile, savedNetwork } from '../lab/saved.ts';
import { steadyPing } from '../lab/steady-ping.ts';
import { expectAllWell, useScene } from './scene.ts';

// What a saved description (or a cloud) says of one secondary may be a lie. Whatever it is, the primary and the other NIC go on answering,
// and the value is named with its reason: before the NIC was ever configured, and while it is.

const file = '/etc/enid/network.json';
const scene = useScene({ ipv6: true }, async ({ vpc, enid }) => {
  await enid.configure({ provider: 'file', metadata: { file, poll: '10m' } });
  await replaceFile(vpc.server, file, `${JSON.stringify(savedNetwork([vpc.primary]))}\n`);
});
let eth1: Nic;
let eth2: Nic;

type Fields = Record<string, unknown>;
interface Lie {
  readonly ipv4?: Fields;
  readonly ipv6?: Fields;
  /** A DNS server, beside the NICs. */
  readonly dns?: string;
}

/** The true description of all three, with the lie about eth2. */
async function tell({ ipv4 = {}, ipv6 = {}, dns }: Lie): Promise<void> {
  const saved = savedNetwork([scene.vpc.primary, eth1, eth2]) as {
    interfaces: { mac: string; ipv4: Fields; ipv6: Fields }[];
  };
  const interfaces = saved.interfaces.map((nic) =>
    nic.mac === eth2.mac
      ? { ...nic, ipv4: { ...nic.ipv4, prefixes: [], ...ipv4 }, ipv6: { ...nic.ipv6, prefixes: [], ...ipv6 } }
      : nic,
  );
  const document = { ...saved, ...(dns === undefined ? {} : { dns: [dns] }), interfaces };
  await replaceFile(scene.vpc.server, file, `${JSON.stringify(document)}\n`);
}

/** The lie is named in the status; gives the state of the NIC. */
async function named(reason: string, detail: string): Promise<void> {
  const status = await scene.enid.until(`eth2 is ${reason}: ${detail}`, ({ interfaces }) =>
    interfaces.some(
      (nic) => nic.name === 'eth2' && nic.reason === reason && nic.details?.includes(detail) === true,
    ),
  );
  expect(status.state).toBe('degraded');
  expect(status.lastRun?.outcome).toBe('degraded');
}

/** Every promise about the primary and eth1. */
async function expectOthersWell(): Promise<void> {
  const broken = await brokenPromises(scene.vpc);
  const own = [...eth2.ipv4, ...eth2.ipv6];
  expect(broken.filter((line) => !own.some((address) => line.includes(`-> ${address}:`)))).toEqual([]);
}

const wayTo = async (address: string): Promise<string> =>
  scene.vpc.server.must(['ip', 'route', 'get', address]);

beforeAll(async () => {
  eth1 = scene.vpc.plan({ subnet: 1, ipv6: true });
  eth2 = scene.vpc.plan({ subnet: 2, ipv6: true, name: 'eth2', host: 30 });
  await replaceFile(scene.vpc.server, file, `${JSON.stringify(savedNetwork([scene.vpc.primary, eth1]))}\n`);
  await scene.vpc.plug(eth1);
  await scene.enid.untilConfigured('eth1');
  await expectAllWell(scene);
});

/** Lies for which the whole NIC is left as it is. */
const aboutTheNic: readonly (readonly [string, Lie, string, string])[] = [
  [
    'the address of the primary',
    { ipv4: { addresses: ['10.0.0.10'] } },
    'address-refused',
    '10.0.0.10 is an address of the primary eth0',
  ],
  [
    'the IPv6 address of the primary',
    { ipv6: { addresses: ['2001:db8:0:100::a'] } },
    'address-refused',
    '2001:db8:0:100::a is an address of the primary eth0',
  ],
  [
    'the address of eth1',
    { ipv4: { addresses: ['10.0.1.30'] } },
    'address-refused',
    '10.0.1.30 is an address of eth1',
  ],
  [
    'the gateway of the primary',
    { ipv4: { addresses: ['10.0.0.253'] } },
    'address-refused',
    '10.0.0.253 is the gateway of the primary',
  ],
  [
    'a subnet around the metadata service',
    { ipv4: { subnet: '100.64.0.0/10', addresses: ['100.64.0.9'], gateway: '100.64.0.1' } },
    'subnet-refused',
    '100.64.0.0/10 covers the metadata service 100.100.100.200',
  ],
  [
    'all of IPv4 as its subnet',
    { ipv4: { subnet: '0.0.0.0/0' } },
    'subnet-refused',
    '0.0.0.0/0 cannot be the subnet of a NIC',
  ],
  [
    'all of IPv6 as its subnet',
    { ipv6: { subnet: '::/0' } },
    'subnet-refused',
    '::/0 cannot be the subnet of a NIC',
  ],
  [
    'itself as its gateway',
    { ipv4: { gateway: '10.0.2.30' } },
    'address-refused',
    '10.0.2.30 is its gateway',
  ],
  [
    'the primary as its gateway',
    { ipv4: { gateway: '10.0.0.10' } },
    'gateway-refused',
    '10.0.0.10 is an address of the primary eth0',
  ],
];

/** Lies of which only the value is left out. */
const aboutAValue: readonly (readonly [string, Lie, string, string])[] = [
  [
    'the address of the primary as a further one',
    { ipv4: { addresses: ['10.0.2.30', '10.0.0.10'] } },
    'address-refused',
    '10.0.0.10 is an address of the primary eth0',
  ],
  [
    'the metadata service as a further one',
    { ipv4: { addresses: ['10.0.2.30', '100.100.100.200'] } },
    'address-refused',
    '100.100.100.200 is the metadata service',
  ],
  [
    'a prefix around the address of the primary',
    { ipv4: { prefixes: ['10.0.0.0/24'] } },
    'prefix-refused',
    '10.0.0.0/24 covers 10.0.0.10, an address of the primary eth0',
  ],
  [
    'a prefix around the IPv6 address of the primary',
    { ipv6: { prefixes: ['2001:db8:0:100::/80'] } },
    'prefix-refused',
    '2001:db8:0:100::/80 covers 2001:db8:0:100::a, an address of the primary eth0',
  ],
  [
    'a prefix of /8',
    { ipv4: { prefixes: ['10.0.0.0/8'] } },
    'prefix-refused',
    '10.0.0.0/8 cannot be a delegated prefix',
  ],
];

describe('before it was ever configured', () => {
  beforeAll(async () => {
    await tell(aboutTheNic[0]?.[1] ?? {});
    await scene.vpc.plug(eth2);
  });

  test.each(aboutTheNic)('%s', async (_lie, lie, reason, detail) => {
    await tell(lie);
    await named(reason, detail);
    await expectOthersWell();
    expect(await wayTo('100.100.100.200')).toContain('dev eth0');
    const { rules, rules6 } = await readKernel(scene.vpc.server);
    expect([...rules, ...rules6].filter((line) => line.includes('lookup 21002'))).toEqual([]);
  });

  test('plan, reconfigure, render and doctor say the same', async () => {
    const [, lie, reason, detail] = aboutTheNic[0] ?? ['', {}, '', ''];
    await tell(lie);
    await named(reason, detail);
    const left = { name: 'eth2', mac: eth2.mac, reason, detail };
    const plan = await scene.enid.run('plan', '--json');
    expect(JSON.parse(plan.stdout)).toMatchObject({ pending: false, leftAlone: [left] });
    expect((await scene.enid.run('plan')).stdout).toContain(`left alone:\n  eth2: ${reason}: ${detail}\n`);
    expect(await scene.enid.run('reconfigure')).toMatchObject({ code: 3 });
    const doctor = JSON.parse((await scene.enid.run('doctor', '--json')).stdout) as { checks: Diagnosis[] };
    expect(doctor.checks.filter(({ check }) => check === 'owner')).toMatchObject([
      { state: 'problem', subject: 'eth2', found: expect.stringContaining(detail) },
    ]);
    expect(doctor.checks.filter(({ state, subject }) => state === 'problem' && subject === 'eth0')).toEqual(
      [],
    );
    const render = ['render', '--metadata', file, '--os', 'ubuntu:22.04', '--out', '/run/tree', '--force'];
    const rendered = await scene.enid.run(...render);
    expect(rendered.stdout).toContain(`eth2: left out, ${reason}: ${detail}`);
    expect((await scene.vpc.server.run(['grep', '-r', 'eth2', '/run/tree'])).stdout).toBe('');
  });

  test('the truth configures it', async () => {
    await tell({});
    await scene.enid.untilConfigured('eth2');
    await expectAllWell(scene);
    expect(await scene.enid.run('reconfigure')).toMatchObject({ code: 0 });
  });
});

describe('while it is configured', () => {
  test.each(aboutTheNic)('%s leaves it as it is', async (_lie, lie, reason, detail) => {
    const before = await readKernel(scene.vpc.server);
    const steady = steadyPing(scene.vpc.outside, eth2.ipv4[0] ?? '');
    await tell(lie);
    await named(reason, detail);
    await expectAllWell(scene);
    expect(await readKernel(scene.vpc.server)).toEqual(before);
    await tell({});
    await scene.enid.until('all is well again', ({ state }) => state === 'ok');
    const { sent, lost } = await steady.stop();
    expect(sent).toBeGreaterThan(2);
    expect(lost).toBe(0);
  });

  test.each(aboutAValue)('%s is left out, and the rest goes on', async (_lie, lie, reason, detail) => {
    await tell(lie);
    await named(reason, detail);
    await expectAllWell(scene);
    expect(await wayTo('100.100.100.200')).toContain('dev eth0');
    await tell({});
    await scene.enid.until('all is well again', ({ state }) => state === 'ok');
  });

  test('a DNS server in its subnet is reached by the primary, as before', async () => {
    expect(await wayTo('10.0.2.53')).toContain('dev eth2');
    await tell({ dns: '10.0.2.53' });
    await expect.poll(() => wayTo('10.0.2.53'), { timeout: 5_000 }).toContain('dev eth0');
    expect(await scene.enid.until('it is ok', ({ state }) => state === 'ok')).toBeDefined();
    await expectOthersWell();
    expect(scene.enid.log()).toContain('10.0.2.0/24 holds 10.0.2.53');
    await tell({ dns: '10.9.9.9' });
    await expect.poll(() => wayTo('10.0.2.53'), { timeout: 5_000 }).toContain('dev eth2');
    await expectAllWell(scene);
  });
});
