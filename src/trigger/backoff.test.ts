import { expect, test } from 'vitest';
import type { Mac } from '../model/mac.ts';
import type { ProblemCode } from '../model/problem.ts';
import type { InterfaceReport, Outcome, RunReport } from '../model/run.ts';
import { awaitAfter, forget, nextRetry, nothingAwaited, type Waiting } from './backoff.ts';
import { pollDelay } from './poll.ts';

const one = '00:16:3e:00:00:02' as Mac;
const other = '00:16:3e:00:00:03' as Mac;
const unlisted = (mac: Mac): InterfaceReport => ({
  name: 'eth1',
  mac,
  id: null,
  role: 'secondary',
  state: 'pending',
  reason: 'not-in-metadata',
  table: null,
  addresses: [],
  files: [],
  differences: [],
});
const report = (
  macs: readonly Mac[],
  outcome: Outcome = 'unchanged',
  ...codes: ProblemCode[]
): RunReport => ({
  at: '2024-01-01T00:00:00Z',
  trigger: { kind: 'link', detail: '' },
  outcome,
  durationMs: 1,
  cloud: null,
  distro: null,
  stack: null,
  format: null,
  transaction: null,
  interfaces: macs.map(unlisted),
  problems: codes.map((code) => ({ code, place: '', message: '', advice: '' })),
  done: [],
  notes: [],
});

function delaysOf(reports: readonly RunReport[]): readonly (number | null)[] {
  let waiting: Waiting = nothingAwaited;
  return reports.map((entry) => {
    waiting = awaitAfter(entry, waiting);
    return nextRetry(waiting)?.delay ?? null;
  });
}

test('an unlisted NIC is looked for after 0.2, 0.5, 1, 2, 4 … s up to a minute, then only the poll looks', () => {
  const delays = delaysOf(Array(10).fill(report([one])));

  expect(delays).toEqual([200, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, null, null]);
});

test('it ends at once when the link vanishes or is listed', () => {
  const waiting = awaitAfter(report([one, other]), nothingAwaited);

  expect(nextRetry(forget(other, forget(one, waiting)))).toBeNull();
  expect(nextRetry(awaitAfter(report([]), waiting))).toBeNull();
});

test('a new NIC starts from the beginning beside one that waits long', () => {
  expect(delaysOf([report([one]), report([one]), report([one, other])])).toEqual([200, 500, 200]);
  expect(delaysOf([...Array(12).fill(report([one])), report([one, other])]).slice(-2)).toEqual([null, 200]);
});

test('metadata that cannot be read is tried again likewise, and does not set the NICs back', () => {
  expect(delaysOf(Array(9).fill(report([], 'unknown', 'metadata-timeout'))).slice(-2)).toEqual([
    32_000,
    null,
  ]);
  expect(delaysOf([report([], 'unknown'), report([]), report([], 'unknown')])).toEqual([200, null, 200]);
  expect(delaysOf([report([one]), report([one]), report([], 'unknown'), report([one])])).toEqual([
    200, 500, 200, 1_000,
  ]);
});

test('a run that another process kept out is tried again', () => {
  expect(delaysOf([report([], 'refused', 'locked'), report([], 'refused', 'locked'), report([])])).toEqual([
    200,
    500,
    null,
  ]);
});

test('polls are spread over a tenth to either side', () => {
  expect([pollDelay(60_000, 0), pollDelay(60_000, 0.5), pollDelay(60_000, 1)]).toEqual([
    54_000, 60_000, 66_000,
  ]);
});

test('in an unknown cloud nothing is looked for again', () => {
  expect(nextRetry(awaitAfter(report([], 'unknown', 'provider-unknown'), nothingAwaited))).toBeNull();
  expect(nextRetry(awaitAfter(report([], 'unknown', 'metadata-unreachable'), nothingAwaited))?.delay).toBe(
    200,
  );
});
