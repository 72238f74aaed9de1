import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Diagnosis } from '../../src/doctor/diagnosis.ts';
import { closeAll, leftovers } from '../lab/cleanup.ts';
import { type Enid, installEnid } from '../lab/enid.ts';
import { metadataLeaves } from '../lab/metadata-tree.ts';
import { labObstacle } from '../lab/privileges.ts';
import { labId } from '../lab/run.ts';
import { makeVpc, type Vpc } from '../lab/vpc.ts';
import { connectByHand } from './by-hand.ts';

// `enid doctor` on a server whose NICs are as a distribution without enid leaves them.

let vpc: Vpc;
let enid: Enid;

beforeAll(async () => {
  expect(labObstacle(), 'these tests need root and iproute2').toBeNull();
  vpc = await makeVpc();
  enid = await installEnid(vpc.server);
});

afterAll(async () => {
  await closeAll();
  expect(leftovers(labId)).toEqual([]);
});

async function doctor(): Promise<{ code: number | null; checks: readonly Diagnosis[] }> {
  const ran = await enid.run('doctor', '--json');
  const { schema, checks } = JSON.parse(ran.stdout) as { schema: number; checks: readonly Diagnosis[] };
  expect(schema).toBe(1);
  return { code: ran.code, checks };
}

/** What one check said of one subject. */
async function said(check: string, subject: string): Promise<string> {
  const { checks } = await doctor();
  const one = checks.find((entry) => entry.check === check && entry.subject === subject);
  return `${one?.state}: ${one?.found}`;
}

describe('a NIC in another subnet', () => {
  test('that was just bound is DOWN and without an address', async () => {
    await vpc.attach({ subnet: 1, name: 'eth1' });
    const { code, checks } = await doctor();
    const of = (check: string) => checks.find((entry) => entry.check === check && entry.subject === 'eth1');

    expect(code).toBe(3);
    expect(of('link')).toMatchObject({ state: 'problem', found: 'is DOWN', advice: '`enid reconfigure`' });
    expect(of('address')?.found).toMatch(/^has no address; the metadata lists 10\.0\.1\.30$/);
    expect(of('replies')).toMatchObject({ state: 'unknown', found: 'it has no address to answer from' });
    expect(of('rp-filter')).toMatchObject({ state: 'problem' });
  });

  test('that only got its address answers by the primary, and the primary by it', async () => {
    const nic = vpc.nics().find(({ name }) => name === 'eth1');
    if (nic === undefined) throw new Error('eth1 is attached');
    await connectByHand(vpc, nic);

    expect(await said('link', 'eth1')).toBe('ok: is UP');
    expect(await said('address', 'eth1')).toBe('ok: 10.0.1.30');
    expect(await said('replies', 'eth1')).toBe('problem: replies from 10.0.1.30 leave by eth0');
    expect(await said('public-address', 'eth1')).toMatch(
      /^warning: if an EIP is bound .*its replies leave by/,
    );
    expect(await said('primary-replies', 'eth0')).toBe(
      'problem: replies from 10.0.0.10 leave to 10.0.1.1 by eth1',
    );
  });

  test('with a default route beside the primary’s: which one wins', async () => {
    await vpc.server.ip(['route add default via 10.0.1.253 dev eth1 metric 100']);
    expect(await said('default-route', 'IPv4')).toBe(
      'warning: two or more: eth0 (metric 0) wins over eth1 (metric 100)',
    );

    await vpc.server.ip([
      'route del default via 10.0.0.253 dev eth0',
      'route add default via 10.0.0.253 dev eth0 metric 200',
    ]);
    expect(await said('default-route', 'IPv4')).toBe(
      'problem: two or more: eth1 (metric 100) wins over eth0 (metric 200); the primary eth0 should',
    );
    await vpc.bringUpPrimary();
    await vpc.server.ip(['route del default dev eth0 metric 200', 'route del default dev eth1']);
  });
});

test('a NIC in the subnet of the primary, and one that the kernel does not get', async () => {
  await connectByHand(vpc, await vpc.attach({ subnet: 0, name: 'eth2' }));
  await vpc.list(vpc.plan({ subnet: 2, name: 'eth3' }));
  const { checks } = await doctor();
  const of = (check: string) => checks.filter((entry) => entry.check === check);

  expect(of('same-subnet')).toMatchObject([
    { state: 'problem', subject: 'eth0, eth2', found: expect.stringContaining('10.0.0.0/24') },
  ]);
  expect(of('missing')).toMatchObject([{ state: 'problem', subject: 'eni-lab3' }]);
  expect(of('missing')[0]?.advice).toContain('stop the instance and start it again');
});

test('the type of the instance is asked for, and tells why', async () => {
  const nics = [...vpc.nics(), vpc.plan({ subnet: 2, name: 'eth3' })];
  const leaves = { ...metadataLeaves(nics), 'instance/instance-type': 'ecs.t6-c1m1.large' };
  await vpc.metadata.set({ leaves });
  const { checks } = await doctor();

  expect(checks.find(({ check }) => check === 'missing')?.advice).toMatch(
    /^ecs\.t6-c1m1\.large cannot hot-plug/,
  );
  expect(await said('hot-plug', 'machine')).toBe('warning: ecs.t6-c1m1.large cannot hot-plug NICs');
});

test('metadata that is reached by a secondary', async () => {
  await vpc.server.ip(['route add 100.100.100.200/32 via 10.0.1.253 dev eth1']);
  expect(await said('services', 'machine')).toBe('problem: metadata 100.100.100.200 is reached by eth1');
  await vpc.server.ip(['route del 100.100.100.200/32']);
});

test('a further address of the primary, which enid does not set', async () => {
  await vpc.addAddress(vpc.primary, '10.0.0.11');
  expect(await said('address', 'eth0')).toBe('problem: lacks 10.0.0.11, which the metadata lists');
});

test('after what it advises nothing of all this is left', async () => {
  for (const nic of vpc.nics().filter(({ name }) => name === 'eth1' || name === 'eth2')) {
    await vpc.server.ip([`addr flush dev ${nic.name}`, `link set ${nic.name} down`]);
  }
  await vpc.server.ip(['addr add 10.0.0.11/32 dev eth0']);
  await enid.start();
  await enid.untilConfigured('eth1');
  await enid.untilConfigured('eth2');
  const { code, checks } = await doctor();

  // eth3 is still bound and not there.
  expect(checks.filter(({ state }) => state === 'problem').map(({ check }) => check)).toEqual(['missing']);
  expect(code).toBe(3);
  expect(checks).toContainEqual({
    check: 'replies',
    state: 'ok',
    subject: 'eth1',
    found: 'leave by it',
    advice: '',
  });
});

test('without metadata it says so, and what it cannot know is unknown', async () => {
  await enid.stop();
  await vpc.metadata.fail({ on: 'everything', kind: '503' });
  const { code, checks } = await doctor();
  const of = (check: string) => checks.filter((entry) => entry.check === check);

  expect(code).toBe(3);
  expect(of('metadata')).toMatchObject([{ state: 'problem' }]);
  expect(of('hot-plug')).toMatchObject([{ state: 'unknown' }]);
  // By what was believed before.
  expect(of('link').map(({ state }) => state)).toEqual(['ok', 'ok', 'ok']);
  expect(of('daemon')[0]).toMatchObject({ state: 'problem', subject: 'enid' });
});

test('for people: what is wrong first, each with what mends it', async () => {
  const { stdout, code } = await enid.run('doctor');
  const lines = stdout.split('\n');

  expect(code).toBe(3);
  expect(lines[0]).toMatch(/^problem +metadata +http/);
  expect(lines[1]).toMatch(/^ {9}do: /);
  expect(stdout).toMatch(/\n\nok {7}container, .*\blink,/);
});
