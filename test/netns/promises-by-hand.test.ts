import { afterEach, beforeAll, expect, test } from 'vitest';
import { closeAll, leftovers } from '../lab/cleanup.ts';
import { labObstacle } from '../lab/privileges.ts';
import { brokenPromises } from '../lab/promises.ts';
import { labId } from '../lab/run.ts';
import { makeVpc } from '../lab/vpc.ts';
import { connectByHand, schemeByHand, tableByHand } from './by-hand.ts';

// The lab itself under test: it keeps the promises when, and only when, the server is configured as it should be.

beforeAll(() => {
  expect(labObstacle()).toBeNull();
});

afterEach(async () => {
  await closeAll();
  expect(leftovers(labId)).toEqual([]);
});

/** Long enough for an answer that is going to come, short enough to wait for one that is not. */
const brief = 700;

test('the primary alone is reached from everywhere', async () => {
  const vpc = await makeVpc({ ipv6: true });
  await vpc.peer(0);
  await vpc.peer(1);

  expect(await brokenPromises(vpc)).toEqual([]);
});

test('an ENI that is only given its address breaks the primary and itself', async () => {
  const vpc = await makeVpc({ ipv6: true });
  await vpc.peer(0);
  await vpc.peer(1);
  const nic = await vpc.attach({ subnet: 1, ipv6: true });
  await connectByHand(vpc, nic);

  const broken = await brokenPromises(vpc, brief);

  // And the ENI's own IPv6 peer as well, as long as the primary's queued packets solicit the neighbour in vain.
  expect(broken).toEqual(
    expect.arrayContaining([
      'promise 2: peer inside 10.0.1.0/24 -> 10.0.0.10: no answer in 700 ms',
      'promise 2: peer inside 10.0.1.0/24 -> 2001:db8:0:100::a: no answer in 700 ms',
      'promise 1: peer outside -> 10.0.1.30: no answer in 700 ms',
      'promise 1: peer inside 10.0.0.0/24 -> 10.0.1.30: no answer in 700 ms',
      'promise 1: peer outside -> 2001:db8:0:101::1e: no answer in 700 ms',
      'promise 1: peer inside 10.0.0.0/24 -> 2001:db8:0:101::1e: no answer in 700 ms',
    ]),
  );
});

test('a table for the ENI mends the ENI, and the primary stays unreachable from its subnet', async () => {
  const vpc = await makeVpc();
  await vpc.peer(0);
  await vpc.peer(1);
  const nic = await vpc.attach({ subnet: 1 });
  await tableByHand(vpc, nic);

  const broken = await brokenPromises(vpc, brief);

  expect(broken).toEqual(['promise 2: peer inside 10.0.1.0/24 -> 10.0.0.10: no answer in 700 ms']);
});

test('the whole scheme keeps all three promises, in another subnet', async () => {
  const vpc = await makeVpc({ ipv6: true });
  await vpc.peer(0);
  await vpc.peer(1);
  const nic = await vpc.attach({ subnet: 1, count: 3, ipv6: true });
  await schemeByHand(vpc, nic);

  expect(await brokenPromises(vpc)).toEqual([]);
});

test('the whole scheme keeps all three promises, in the same subnet', async () => {
  const vpc = await makeVpc({ ipv6: true });
  await vpc.peer(0);
  await vpc.peer(1);
  const nic = await vpc.attach({ subnet: 0, count: 2, ipv6: true });
  await schemeByHand(vpc, nic);

  expect(await brokenPromises(vpc)).toEqual([]);
});

test('an address that was taken away in the VPC is no longer reached', async () => {
  const vpc = await makeVpc();
  const nic = await vpc.attach({ subnet: 1, count: 2 });
  await schemeByHand(vpc, nic);
  expect(await brokenPromises(vpc)).toEqual([]);

  const less = await vpc.removeAddress(nic, nic.ipv4[1] ?? '');
  expect(less.ipv4).toHaveLength(1);
  expect(await brokenPromises(vpc)).toEqual([]);

  const again = await vpc.addAddress(less, '10.0.1.77');
  expect(await brokenPromises(vpc, brief)).toEqual([
    'promise 1: peer outside -> 10.0.1.77: no answer in 700 ms',
  ]);
  await vpc.detach(again);
  expect(await brokenPromises(vpc)).toEqual([]);
});
