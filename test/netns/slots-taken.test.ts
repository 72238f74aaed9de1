import { beforeAll, expect, test } from 'vitest';
import { type Mac, parseMac } from '../../src/model/mac.ts';
import { emptyState, type State } from '../../src/model/state.ts';
import { parseState } from '../../src/state/load.ts';
import { printState } from '../../src/state/save.ts';
import { brokenPromises } from '../lab/promises.ts';
import { untidy } from '../lab/tidy.ts';
import { expectAllWell, useScene } from './scene.ts';

// A server that had 995 NICs in its life, of which none is left.

const macOf = (slot: number): Mac => {
  const digits = slot.toString(16).padStart(4, '0');
  const mac = parseMac(`02:99:99:99:${digits.slice(0, 2)}:${digits.slice(2)}`, 'test');
  if (!mac.ok) throw new Error(mac.problem.message);
  return mac.value;
};
const slots = Array.from({ length: 995 }, (_, at) => at + 1);
/** Slot 700 is the longest detached, then 500, then 300; the others since later. */
const early = new Map([
  [700, '2025-01-01T00:00:00.000Z'],
  [500, '2025-02-01T00:00:00.000Z'],
  [300, '2025-03-01T00:00:00.000Z'],
]);
const since = (slot: number) => early.get(slot) ?? '2026-06-01T00:00:00.000Z';
const lease = {
  ipv4: null,
  ipv6: null,
};
const former: State = {
  ...emptyState,
  tableBase: 21000,
  slots: new Map(slots.map((slot) => [macOf(slot), slot])),
  detached: new Map(slots.map((slot) => [macOf(slot), since(slot)])),
  learned: new Map([700, 500, 300].map((slot) => [macOf(slot), lease])),
};
/** Of somebody else, in the table of the MAC that is detached the longest. */
const foreign = 'blackhole 198.51.100.0/24 table 21700';

const scene = useScene({}, async ({ vpc }) => {
  await vpc.server.must(
    ['sh', '-ec', 'mkdir -p -m 700 /var/lib/enid; umask 077; cat > /var/lib/enid/state.json'],
    printState(former),
  );
  await vpc.server.ip([`route add ${foreign}`]);
});

async function stateNow(): Promise<State> {
  const read = parseState(await scene.vpc.server.must(['cat', '/var/lib/enid/state.json']));
  if (!read.ok) throw new Error(read.problem.message);
  return read.value;
}

const table = async (number: number) =>
  (await scene.vpc.server.run(['ip', 'route', 'show', 'table', String(number)])).stdout.trim();

beforeAll(async () => {
  expect(await table(21500)).toBe('');
});

test('a new NIC has the slot of the MAC detached the longest whose table is empty', {
  timeout: 60_000,
}, async () => {
  const nic = await scene.vpc.attach({ subnet: 1 });

  expect((await scene.enid.untilConfigured('eth1', 30_000)).table).toBe(21500);

  expect(await table(21700)).toBe('blackhole 198.51.100.0/24');
  expect(await table(21500)).not.toMatch(/dev (?!eth1)/);
  const state = await stateNow();
  expect(state.slots.get(nic.mac as Mac)).toBe(500);
  expect(state.slots.size).toBe(995);
  expect([macOf(500), macOf(700), macOf(300)].map((mac) => state.slots.get(mac))).toEqual([
    undefined,
    700,
    300,
  ]);
  expect(await untidy(scene.vpc)).toEqual([
    `table 21700 is used by no rule: ${foreign.replace(/ table.*/, '')}`,
  ]);
  expect(await brokenPromises(scene.vpc)).toEqual([]);
});

test('what was learned of the MAC that lost its slot is removed, and of no other', async () => {
  const { learned, detached } = await stateNow();
  expect([700, 500, 300].map((slot) => learned.has(macOf(slot)))).toEqual([true, false, true]);
  expect(detached.has(macOf(500))).toBe(false);
});

test('the next has the next, and the first one the longest when the foreign route is removed', {
  timeout: 60_000,
}, async () => {
  await scene.vpc.attach({ subnet: 1 });
  expect((await scene.enid.untilConfigured('eth2', 30_000)).table).toBe(21300);
  await scene.vpc.server.ip([`route del ${foreign}`]);
  await scene.vpc.attach({ subnet: 1 });
  expect((await scene.enid.untilConfigured('eth3', 30_000)).table).toBe(21700);
  await expectAllWell(scene);
});
