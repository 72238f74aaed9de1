import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TriggerKind } from '../model/run.ts';
import { type Arrival, driftPause, dueAt, merge } from './coalesce.ts';

const arrival = (kind: TriggerKind, at: number, detail = `${kind} ${at}`): Arrival => ({
  trigger: { kind, detail },
  at,
});

test('nothing waits for nothing', () => {
  expect(dueAt([], 0)).toBeNull();
  expect(merge([])).toBeNull();
});

test('a burst of link events runs when it was quiet, and not later than 200 ms after its first', () => {
  expect(dueAt([arrival('link', 1000)], 0)).toBe(1050);
  expect(dueAt([arrival('link', 1000), arrival('link', 1040)], 0)).toBe(1090);
  const storm = Array.from({ length: 100 }, (_, index) => arrival('link', 1000 + index * 30));
  expect(dueAt(storm, 0)).toBe(1200);
});

test('boot and signals do not wait, and take along what is settling; a file of metadata is written in steps', () => {
  expect(dueAt([arrival('signal', 1000)], 0)).toBe(1000);
  expect(dueAt([arrival('link', 1000), arrival('signal', 1010)], 0)).toBe(1010);
  expect(dueAt([arrival('metadata', 1000)], 0)).toBe(1050);
});

test('drift alone waits for its time; a link does not', () => {
  expect(dueAt([arrival('drift', 1000)], 2900)).toBe(2900);
  expect(dueAt([arrival('drift', 5000)], 2900)).toBe(5050);
  expect(dueAt([arrival('drift', 1000), arrival('link', 1010)], 2900)).toBe(1060);
});

test('runs for drift move apart the longer it goes on', () => {
  expect([0, 1, 2, 3, 9].map(driftPause)).toEqual([250, 500, 1_000, 2_000, 2_000]);
});

test('the weightiest kind names the run, details once and three at most', () => {
  const waiting = [
    arrival('drift', 1, 'a'),
    arrival('link', 2, 'b'),
    arrival('drift', 3, 'a'),
    arrival('drift', 4, 'c'),
  ];
  expect(merge(waiting)).toEqual({ kind: 'link', detail: 'b, a, c' });
  expect(merge([...waiting, arrival('drift', 5, 'd'), arrival('drift', 6, 'e')])?.detail).toBe(
    'b, a, c, 2 more',
  );
});

test('whatever arrives, the run is due, and never before the first arrival', () => {
  const kind = fc.constantFrom<TriggerKind>(
    'boot',
    'link',
    'metadata',
    'config',
    'drift',
    'signal',
    'manual',
  );
  const times = fc.array(fc.tuple(kind, fc.nat(10_000)), { minLength: 1 });
  fc.assert(
    fc.property(times, fc.nat(10_000), (list, driftFrom) => {
      const arrivals = list.map(([k, at]) => arrival(k, at)).sort((one, other) => one.at - other.at);
      const due = dueAt(arrivals, driftFrom) ?? Number.NaN;
      const first = arrivals[0]?.at ?? 0;
      expect(due).toBeGreaterThanOrEqual(first);
      expect(due).toBeLessThanOrEqual(Math.max(first + 200, driftFrom));
    }),
  );
});
