import { expect, it } from 'vitest';
import type { Prefix } from '../model/address.ts';
import type { KernelRoute, KernelState } from '../model/kernel.ts';
import { snapshotsBack } from './take-back.ts';

function route(spec: string): KernelRoute {
  const device = /\bdev (\S+)/.exec(spec)?.[1] ?? null;
  const rest = {
    via: null,
    source: null,
    metric: 0,
    protocol: null,
    scope: null,
    onlink: false,
    dead: false,
  };
  return {
    family: 'ipv4',
    type: 'unicast',
    destination: '0.0.0.0/0' as Prefix,
    table: 254,
    device,
    ...rest,
    spec,
  };
}

const kernel = (...specs: readonly string[]): KernelState => ({
  links: [],
  addresses: [],
  routes: specs.map(route),
  rules: [],
});

it('takes the band from the goal, and from now everything but what came with the change', () => {
  const goal = kernel('default via 10.0.0.1 dev eth0', '192.0.2.0/24 dev eth1');
  const now = kernel(
    'default via 10.0.0.253 dev eth0',
    '10.8.0.0/24 dev tun0',
    '192.0.2.0/24 dev eth1',
    'default via 10.0.1.253 dev eth1 metric 21001',
  );
  const back = snapshotsBack(goal, now, ['eth1']);
  expect(back.goal).toBe(goal);
  expect(back.before?.routes.map((entry) => entry.spec)).toEqual([
    'default via 10.0.0.253 dev eth0',
    '10.8.0.0/24 dev tun0',
    '192.0.2.0/24 dev eth1',
  ]);
});
