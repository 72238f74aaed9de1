import { describe, expect, it } from 'vitest';
import type { Address, Prefix } from '../model/address.ts';
import type { IpCommand } from '../model/difference.ts';
import type { KernelAddress, KernelRoute, KernelRule, KernelState, Link } from '../model/kernel.ts';
import { fail, ok } from '../model/problem.ts';
import type { Step } from '../model/step.ts';
import { climb, type World } from './ladder.ts';
import type { Undo } from './records.ts';
import { vanished } from './vanished.ts';

function link(index: number, name: string, up = true): Link {
  const rest = {
    mtu: 1500,
    carrier: true,
    type: 'ether',
    kind: null,
    master: null,
    parent: null,
    vlanId: null,
  };
  return { index, name, mac: null, up, hasDevice: true, ...rest };
}

function route(spec: string, over: Partial<KernelRoute> = {}): KernelRoute {
  const [destination = '', ...words] = spec.split(' ');
  const after = (word: string): string | null =>
    words.includes(word) ? (words[words.indexOf(word) + 1] ?? null) : null;
  return {
    family: 'ipv4',
    type: 'unicast',
    destination: (destination === 'default' ? '0.0.0.0/0' : destination) as Prefix,
    table: Number(after('table') ?? 254),
    via: after('via') as Address | null,
    device: after('dev'),
    source: null,
    metric: 0,
    protocol: after('proto'),
    scope: null,
    onlink: false,
    dead: false,
    spec,
    ...over,
  };
}

function rule(spec: string, priority: number): KernelRule {
  return {
    family: 'ipv4',
    priority,
    from: null,
    to: null,
    table: 100,
    suppressPrefixLength: null,
    special: false,
    spec,
  };
}

const snapshot: KernelState = {
  links: [link(1, 'eth0'), link(2, 'eth1'), link(3, 'wg0')],
  addresses: [
    {
      link: 'eth0',
      family: 'ipv4',
      address: '10.0.0.5' as Address,
      prefixLength: 24,
      scope: 'global',
      flags: [],
    },
  ],
  routes: [
    route('default via 10.0.0.253 dev eth0 proto dhcp'),
    route('10.0.0.0/24 dev eth0 proto kernel'),
    route('192.168.0.0/16 via 10.9.0.1 dev wg0 proto static'),
    route('10.9.0.0/24 dev wg0 proto static'),
    route('10.1.0.0/24 dev eth1 table 21001'),
    route('10.0.0.5/32 dev eth0 table 255', { type: 'local' }),
  ],
  rules: [
    rule('from 10.9.0.2 lookup 100 priority 100', 100),
    rule('from 10.1.0.9 lookup 21001 priority 21001', 21001),
  ],
};
const both = { goal: snapshot, before: snapshot };
const bare: KernelState = { ...snapshot, routes: [], rules: [] };
const nobody = (): boolean => false;

describe('what vanished', () => {
  it("is foreign, on a link that is up, and not of the kernel's own making; link routes come first", () => {
    const ours = (entry: KernelRoute | KernelRule): boolean =>
      ('priority' in entry ? entry.priority : entry.table) >= 21000;
    expect(vanished(snapshot, bare, ours).commands.map((command) => command.line)).toEqual([
      'route replace 10.9.0.0/24 dev wg0 proto static',
      'route replace default via 10.0.0.253 dev eth0 proto dhcp',
      'route replace 192.168.0.0/16 via 10.9.0.1 dev wg0 proto static',
      'rule add from 10.9.0.2 lookup 100 priority 100',
    ]);
  });

  it('stays gone with its device, or while that is down', () => {
    const without = { ...bare, links: [link(1, 'eth0'), link(3, 'wg0', false)] };
    expect(vanished(snapshot, without, nobody).routes.map((entry) => entry.device)).toEqual(['eth0']);
  });

  it('is nothing where nothing changed, and counts another gateway as a change', () => {
    expect(vanished(snapshot, snapshot, nobody).commands).toEqual([]);
    const stolen = {
      ...snapshot,
      routes: [route('default via 10.1.0.253 dev eth1'), ...snapshot.routes.slice(1)],
    };
    expect(vanished(snapshot, stolen, nobody).commands.map((command) => command.line)).toEqual([
      'route replace default via 10.0.0.253 dev eth0 proto dhcp',
    ]);
  });

  it('takes a route over several links only where all are up', () => {
    const spec = '10.7.0.0/16 nexthop via 10.0.0.1 dev eth0 weight 1 nexthop via 10.1.0.1 dev eth1 weight 1';
    const several = { ...bare, routes: [route(spec, { device: null, via: null })] };
    expect(vanished(several, bare, nobody).routes).toHaveLength(1);
    expect(vanished(several, { ...bare, links: [link(1, 'eth0')] }, nobody).routes).toHaveLength(0);
  });
});

function step(name: string): Step {
  return {
    argv: [name],
    why: name,
    runAs: 'own',
    input: null,
    timeout: 1,
    mayFail: false,
    afterTimeout: 'end',
  };
}

const undo: Undo = {
  release: [],
  scoped: [step('ifup eth1')],
  start: [step('start')],
  restart: [step('restart')],
  primary: 'eth0',
  extent: { links: ['eth1'], first: 21000, last: 21999 },
};

/** A machine that is reachable again after the `cure` was done; what was done is in `log`. */
function world(cure: string, log: string[], kernel: () => KernelState = () => snapshot): World {
  return {
    run: (one) => {
      log.push(one.why);
      return Promise.resolve(
        one.why === 'start' ? fail('command-missing', 'start', 'no such program') : ok({ exitCode: 1 }),
      );
    },
    kernel: () => Promise.resolve(ok(kernel())),
    ip: (commands: readonly IpCommand[]) => {
      log.push(...commands.map((command) => command.line));
      return Promise.resolve(ok([]));
    },
    reachable: () => Promise.resolve(log.some((line) => line.includes(cure))),
    isDiverted: () => Promise.resolve(false),
    isOwn: (address) => address.address !== '10.0.0.100',
  };
}

describe('the ladder', () => {
  it.each([
    ['ifup eth1', 'scoped', ['ifup eth1']],
    ['start', 'start', ['ifup eth1', 'start']],
    ['restart', 'restart', ['ifup eth1', 'start', 'restart']],
  ] as const)('ends at the rung that helps: %s', async (cure, rung, expected) => {
    const log: string[] = [];
    expect(await climb(undo, both, world(cure, log))).toMatchObject({ rung, worked: true });
    expect(log).toEqual(expected);
  });

  it('brings the primary up by hand when no service does', async () => {
    const log: string[] = [];
    const climbed = await climb(undo, both, world('address replace 10.0.0.5/24', log));
    expect(climbed).toMatchObject({ rung: 'primary', worked: true });
    expect(log.slice(3)).toEqual([
      'link set dev eth0 up',
      'address replace 10.0.0.5/24 dev eth0',
      'route replace 10.0.0.0/24 dev eth0 proto kernel',
      'route replace 10.0.0.5/32 dev eth0 table 255',
      'route replace default via 10.0.0.253 dev eth0 proto dhcp',
    ]);
    // A step that failed is told, apart from whether the rollback worked.
    expect(climbed.problems.map((problem) => problem.code)).toEqual([
      'command-failed',
      'command-missing',
      'command-failed',
    ]);
  });

  it('says so when nothing helped', async () => {
    expect(await climb(undo, both, world('never', []))).toMatchObject({ rung: 'primary', worked: false });
    expect(await climb({ ...undo, primary: null }, both, world('never', []))).toMatchObject({
      worked: false,
    });
    expect(await climb(undo, { goal: null, before: null }, world('never', []))).toMatchObject({
      rung: 'restart',
      worked: false,
    });
  });

  it('puts back ours and what of others is gone, and reports what could not be put back', async () => {
    const log: string[] = [];
    const climbed = await climb({ ...undo, scoped: [] }, both, {
      ...world('', log, () => bare),
      reachable: () => Promise.resolve(true),
      ip: (commands) => {
        const [first] = commands;
        return Promise.resolve(
          ok(first === undefined ? [] : [{ command: first, message: 'Nexthop has invalid gateway' }]),
        );
      },
    });
    expect(climbed.worked).toBe(true);
    expect(climbed.problems).toEqual([
      {
        code: 'command-failed',
        place: 'ip route replace 10.1.0.0/24 dev eth1 table 21001',
        message: 'Nexthop has invalid gateway',
        advice: '',
      },
    ]);
    expect(climbed.done).toContain('put back: rule add from 10.9.0.2 lookup 100 priority 100');
    expect(climbed.done.filter((line) => line.includes('21001'))).toHaveLength(1);
  });

  it('does not set an address again that moved to another machine meanwhile, nor a route that needs it', async () => {
    const log: string[] = [];
    const visitor = { ...snapshot.addresses[0], address: '10.0.0.100' as Address } as KernelAddress;
    const with100 = {
      ...snapshot,
      addresses: [...snapshot.addresses, visitor],
      routes: [
        ...snapshot.routes,
        route('10.5.0.0/16 dev eth0 src 10.0.0.100', { source: '10.0.0.100' as Address }),
      ],
    };
    const climbed = await climb(
      undo,
      { goal: with100, before: with100 },
      world('never', log, () => with100),
    );
    expect(climbed.rung).toBe('primary');
    expect(log).toContain('address replace 10.0.0.5/24 dev eth0');
    expect(log.filter((line) => line.includes('10.0.0.100'))).toEqual([]);
  });

  it('restores the band to the goal, and the rest to what was there just before', async () => {
    const log: string[] = [];
    const months = {
      ...snapshot,
      routes: [
        route('default via 10.0.0.1 dev eth0 proto static'),
        route('10.96.0.0/12 dev wg0 proto static'),
        route('10.2.0.0/24 dev eth1 table 21001'),
      ],
      rules: [],
    };
    await climb(
      undo,
      { goal: months, before: snapshot },
      world('', log, () => bare),
    );
    const put = log.filter((line) => / replace | add /.test(line));
    expect(put).toEqual([
      'route replace 10.2.0.0/24 dev eth1 table 21001',
      'route replace 10.9.0.0/24 dev wg0 proto static',
      'route replace default via 10.0.0.253 dev eth0 proto dhcp',
      'route replace 192.168.0.0/16 via 10.9.0.1 dev wg0 proto static',
      'rule add from 10.9.0.2 lookup 100 priority 100',
    ]);
  });
});
