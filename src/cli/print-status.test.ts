import { expect, test } from 'vitest';
import type { Mac } from '../model/mac.ts';
import { reasons } from '../model/reason.ts';
import type { Status, StatusInterface } from '../report/status.ts';
import { nextStep } from './next-step.ts';
import { painter, wantsColour } from './paint.ts';
import { printAgo, printStatus } from './print-status.ts';
import { alignColumns } from './table.ts';

const nic = (changes: Partial<StatusInterface>): StatusInterface => ({
  name: 'eth0',
  mac: '00:16:3e:00:00:01' as Mac,
  id: 'eni-0',
  role: 'primary',
  state: 'configured',
  reason: null,
  table: null,
  addresses: ['10.0.0.10/24'],
  files: [],
  differences: [],
  ...changes,
});
const status: Status = {
  schema: 1,
  state: 'degraded',
  cloud: 'alibaba',
  distro: { id: 'ubuntu', version: '22.04' },
  stack: 'netplan',
  lastRun: {
    at: '2024-01-01T00:00:00.000Z',
    trigger: 'link',
    detail: 'eth1 appeared',
    outcome: 'degraded',
    durationMs: 412,
  },
  interfaces: [
    nic({}),
    nic({
      name: 'eth1',
      mac: '00:16:3e:00:00:02' as Mac,
      id: null,
      role: 'secondary',
      state: 'pending',
      reason: 'no-lease',
      table: 21001,
      addresses: [],
      differences: ['address 10.0.1.20 is missing on eth1'],
    }),
  ],
  problems: [],
  notes: [],
};

test('status for people', () => {
  expect(printStatus(status, new Date('2024-01-01T00:03:10Z'), painter(false))).toBe(`state     degraded
system    ubuntu 22.04, netplan, alibaba
last run  degraded 3 minutes ago, because eth1 appeared (link), in 412 ms

NIC   ROLE       STATE       TABLE  ADDRESSES     ID     MAC
eth0  primary    configured  -      10.0.0.10/24  eni-0  00:16:3e:00:00:01
eth1  secondary  pending     21001  -             -      00:16:3e:00:00:02

eth1: no DHCP lease yet (no-lease)
  address 10.0.1.20 is missing on eth1
  next: enid tries again after 1, 2, 4 … minutes; \`enid reconfigure\` tries now
`);
});

test('before the first run', () => {
  const starting: Status = {
    ...status,
    state: 'starting',
    cloud: null,
    distro: null,
    stack: null,
    lastRun: null,
    interfaces: [],
  };
  expect(printStatus(starting, new Date(0), painter(false))).toContain('none yet');
});

test('colour takes no columns', () => {
  const paint = painter(true);
  const plain = printStatus(status, new Date('2024-01-01T00:03:10Z'), painter(false));
  const painted = printStatus(status, new Date('2024-01-01T00:03:10Z'), paint);
  expect(painted).not.toBe(plain);
  expect(painted.replace(new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g'), '')).toBe(plain);
});

test.each([
  [true, {}, true],
  [false, {}, false],
  [true, { NO_COLOR: '1' }, false],
  [true, { NO_COLOR: '' }, true],
  [true, { TERM: 'dumb' }, false],
])('terminal %s with %j: colour %s', (terminal, environment, expected) => {
  expect(wantsColour(terminal, environment)).toBe(expected);
});

test.each([
  [-5_000, 'just now'],
  [1_000, '1 second ago'],
  [59_400, '59 seconds ago'],
  [7_200_000, '2 hours ago'],
  [90_000_000, '1 day ago'],
])('%d ms is %s', (milliseconds, expected) => {
  expect(printAgo(milliseconds)).toBe(expected);
});

test('every reason says what happens next', () => {
  expect(Object.keys(nextStep).sort()).toEqual(Object.keys(reasons).sort());
});

test('columns', () => {
  expect(
    alignColumns([
      ['', 'a', 'bb'],
      ['', 'ccc', ''],
    ]),
  ).toBe('  a    bb\n  ccc');
});
