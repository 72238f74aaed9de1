import { expect, it } from 'vitest';
import { ok } from '../model/problem.ts';
import { heardRouter, routersIn } from './heard-router.ts';

/** Printed by iproute2 6.1 after an advertisement, and (without the protocol) by that of 2.6.32. */
const printed = `fe80::1 lladdr 02:00:00:00:00:07 router STALE
2001:db8:1::c8 lladdr 02:00:00:00:00:08 REACHABLE
fe80::9 dev eth1 lladdr 02:00:00:00:00:09 router REACHABLE
fe80::2  router FAILED
ff02::2 lladdr 33:33:00:00:00:02 NOARP
2001:db8:1::1 lladdr 02:00:00:00:00:07 router STALE
`;

it('takes the link-local neighbours that are routers', () => {
  expect(routersIn(printed)).toEqual(['fe80::1', 'fe80::9']);
  expect(routersIn('')).toEqual([]);
});

it.each([
  ['what it printed', { exitCode: 0, stdout: printed, stderr: '' }, { ok: true, value: 'fe80::1' }],
  ['nothing', { exitCode: 0, stdout: '', stderr: '' }, { ok: true, value: null }],
  [
    'a link that went',
    { exitCode: 1, stdout: '', stderr: 'Cannot find device "eth1"' },
    { ok: true, value: null },
  ],
  [
    'a failure',
    { exitCode: 2, stdout: '', stderr: 'Cannot open netlink socket' },
    { ok: false, problem: { code: 'command-failed', message: 'Cannot open netlink socket' } },
  ],
])('answers with %s', async (_, output, expected) => {
  const answered = await heardRouter({ run: async () => ok(output) }, 'eth1');

  expect(answered).toMatchObject(expected);
});
