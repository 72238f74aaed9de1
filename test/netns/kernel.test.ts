import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runBatch } from '../../src/kernel/batch.ts';
import { type KernelEvent, watchKernel } from '../../src/kernel/monitor.ts';
import { readKernel } from '../../src/kernel/read.ts';
import { replayLink, replayRoute, replayRule } from '../../src/kernel/replay.ts';
import { type Address, hostPrefix, type Prefix } from '../../src/model/address.ts';
import type { DesiredFamily, DesiredNetwork, PrimaryFamily } from '../../src/model/desired.ts';
import type { Difference, IpCommand } from '../../src/model/difference.ts';
import type { KernelState } from '../../src/model/kernel.ts';
import type { Mac } from '../../src/model/mac.ts';
import { fail } from '../../src/model/problem.ts';
import { type Addressed, withPolicy } from '../../src/network/policy.ts';
import type { Exec } from '../../src/ports/exec.ts';
import { nodeClock } from '../../src/ports/node/clock.ts';
import { nodeExec } from '../../src/ports/node/exec.ts';
import { nodeFiles } from '../../src/ports/node/files.ts';
import { askedDifferences } from '../../src/verify/asked.ts';
import { commonsOf } from '../../src/verify/commons.ts';
import { type DifferenceContext, differences } from '../../src/verify/differences.ts';
import { harm } from '../../src/verify/harm.ts';
import { gatewayProbe } from '../../src/verify/probe.ts';
import { makeNamespace, type Namespace } from '../lab/namespace.ts';

/**
 * The kernel stage and the differences against a real kernel: a server with a primary in 10.0.0.0/24, a secondary in
 * 10.0.1.0/24 and one in the primary's own subnet, IPv4 and IPv6.
 */
let server: Namespace;
let router: Namespace;
let exec: Exec;

const macs = ['00:16:3e:00:00:00', '00:16:3e:00:00:01', '00:16:3e:00:00:02'] as Mac[];
const base = 21000;

beforeAll(async () => {
  [server, router] = await Promise.all([makeNamespace('server'), makeNamespace('router')]);
  exec = within(server);
  await server.ip([
    ...[0, 1, 2].flatMap((index) => [
      `link add eth${index} address ${macs[index]} type veth peer name p${index} netns ${router.pid}`,
    ]),
    'link set eth0 up',
    'link set eth1 up',
    'address add 10.0.0.10/24 brd + dev eth0',
    'address add 2001:db8::10/64 dev eth0 nodad',
    'route add default via 10.0.0.253 dev eth0',
    '-6 route add default via fe80::1 dev eth0',
  ]);
  await router.ip([
    ...[0, 1, 2].map((index) => `link set p${index} up`),
    'address add 10.0.0.253/24 dev p0',
    'address add 10.0.1.253/24 dev p1',
  ]);
});

afterAll(async () => {
  await Promise.all([server?.close(), router?.close()]);
});

/** The exec port inside a namespace. */
function within(namespace: Namespace): Exec {
  const node = nodeExec();
  const enter = ['nsenter', `--net=/proc/${namespace.pid}/ns/net`, '--'];
  return {
    ...node,
    run: (argv, options) => node.run([...enter, ...argv], options),
    follow: (argv, onLine, onError) => node.follow([...enter, ...argv], onLine, onError),
  };
}

async function look(): Promise<KernelState> {
  const state = await readKernel({ exec, files: nodeFiles('/') });
  if (!state.ok) throw new Error(JSON.stringify(state.problem));
  return state.value;
}

async function apply(commands: readonly IpCommand[]): Promise<readonly string[]> {
  const ran = await runBatch(exec, commands);
  if (!ran.ok) throw new Error(JSON.stringify(ran.problem));
  return ran.value.map((failed) => `${failed.command.line}: ${failed.message}`);
}

function family(fields: {
  addresses: readonly string[];
  subnet: string;
  gateway: string;
  shared?: boolean;
}): DesiredFamily {
  const [address = null, ...further] = fields.addresses as Address[];
  return {
    method: 'static',
    connected: 'table',
    byLease: false,
    address,
    prefixLength: fields.subnet.includes(':') ? 64 : 24,
    further,
    prefixes: [],
    subnet: fields.subnet as Prefix,
    gateway: fields.gateway as Address,
    routes: [],
    sharedWithPrimary: fields.shared === true,
  };
}

function nic(slot: number, ipv4: DesiredFamily, ipv6: DesiredFamily): Addressed {
  const mac = macs[slot];
  if (mac === undefined) throw new Error('no such NIC');
  const common = { id: null, mtu: null, vlan: null };
  return { ...common, name: `eth${slot}`, mac, slot, table: base + slot, ipv4, ipv6 };
}

const eth1 = nic(
  1,
  family({ addresses: ['10.0.1.20', '10.0.1.21'], subnet: '10.0.1.0/24', gateway: '10.0.1.253' }),
  family({ addresses: ['2001:db8:1::20', '2001:db8:1::21'], subnet: '2001:db8:1::/64', gateway: 'fe80::1' }),
);
const eth2 = nic(
  2,
  family({ addresses: ['10.0.0.30'], subnet: '10.0.0.0/24', gateway: '10.0.0.253', shared: true }),
  family({ addresses: ['2001:db8::30'], subnet: '2001:db8::/64', gateway: 'fe80::1', shared: true }),
);

function networkOf(...nics: readonly Addressed[]): DesiredNetwork {
  const own = (address: string, subnet: string, gateway: string): PrimaryFamily => ({
    addresses: [address as Address],
    subnet: subnet as Prefix,
    gateway: gateway as Address,
  });
  const primary = {
    name: 'eth0',
    mac: macs[0] as Mac,
    id: null,
    ipv4: own('10.0.0.10', '10.0.0.0/24', '10.0.0.253'),
    ipv6: own('2001:db8::10', '2001:db8::/64', 'fe80::1'),
  };
  return {
    primary,
    secondaries: withPolicy(nics, primary, base, { unspecifiedSource: true, suppressPrefixLength: true }),
    setAside: [],
    sysctls: [],
  };
}

const network = networkOf(eth1, eth2);
const context: DifferenceContext = {
  gone: [],
  slots: new Map([
    [eth1.mac, 1],
    [eth2.mac, 2],
  ]),
  tableBase: base,
  mirrored: [],
  commons: commonsOf(network),
  addresses: new Map([eth1, eth2].map((entry) => [entry.mac, addressesOf(entry)])),
  sources: new Map([eth1, eth2].map((entry) => [entry.mac, addressesOf(entry).map(hostPrefix)])),
};

function addressesOf({ ipv4, ipv6 }: Addressed): readonly Address[] {
  return [ipv4, ipv6].flatMap((own) => [...(own?.address ? [own.address] : []), ...(own?.further ?? [])]);
}

async function compare(
  wanted = network,
  more: Partial<DifferenceContext> = {},
): Promise<readonly Difference[]> {
  return differences(await look(), wanted, { ...context, ...more });
}

/** Mends what differs in one batch, in which nothing may fail, and finds nothing left. */
async function mend(wanted = network, more: Partial<DifferenceContext> = {}): Promise<readonly string[]> {
  const found = await compare(wanted, more);
  expect(await apply(found.flatMap((difference) => difference.mend))).toEqual([]);
  expect(await compare(wanted, more)).toEqual([]);
  return found.map((difference) => difference.kind);
}

describe('with a real kernel', () => {
  it('one batch makes NICs as desired, in their own subnet and in the primary’s, IPv4 and IPv6', async () => {
    const before = await look();
    const kinds = await mend();
    expect(new Set(kinds)).toEqual(
      new Set(['link-down', 'address-missing', 'route-missing', 'rule-missing']),
    );
    const asked = await askedDifferences(exec, await look(), network, []);
    expect(asked).toEqual({ ok: true, value: [] });
    const ours = { slots: context.slots, tableBase: base, gone: [] };
    expect(harm(before, await look(), network, ours)).toEqual([]);
  });

  it.each([
    [['rule del priority 21001 from 10.0.1.21'], ['rule-missing']],
    [
      ['-6 rule del priority 21996', '-6 rule del priority 21998'],
      ['rule-missing', 'rule-missing'],
    ],
    [['address del 10.0.1.21/32 dev eth1'], ['address-missing']],
    [
      ['address add 10.0.1.21/24 dev eth1', 'address del 10.0.1.21/32 dev eth1'],
      ['leak-into-main', 'address-surplus'],
    ],
    [
      ['-6 address del 2001:db8:1::21/128 dev eth1', '-6 address add 2001:db8:1::21/64 dev eth1 nodad'],
      ['leak-into-main', 'address-surplus'],
    ],
    [['route flush table 21001'], ['route-missing', 'route-missing']],
    [['route replace default via 10.0.1.9 dev eth1 onlink table 21001'], ['route-wrong']],
    [['-6 route replace default via fe80::9 dev eth1 table 21001'], ['route-wrong']],
    [['-6 route append default via fe80::9 dev eth1 table 21001 metric 7'], ['route-wrong']],
    [['route replace default via 10.0.1.253 dev eth1 onlink metric 1'], ['default-stolen']],
    [['-6 route add default via fe80::9 dev eth1 proto ra metric 1'], ['default-stolen']],
    [['route add 10.77.0.0/16 via 10.0.1.253 dev eth1 onlink proto dhcp'], ['leak-into-main']],
    [['link set eth1 mtu 1400', 'link set eth1 down'], null],
  ] as const)('drift by %j is seen and mended', async (drift, kinds) => {
    await server.ip(drift);
    const found = await mend();
    if (kinds !== null) expect(found).toEqual(kinds);
    else expect(found).toContain('link-down');
    expect(await askedDifferences(exec, await look(), network, [])).toEqual({ ok: true, value: [] });
  });

  it('a rule and a route that somebody else adds to a table stay', async () => {
    const foreign = [
      'rule add priority 21001 from 10.0.1.99 lookup 21001',
      'route add 10.99.0.0/16 via 10.0.1.253 dev eth1 onlink table 21001',
    ];
    await server.ip(foreign);
    expect(await compare()).toEqual([]);
    await server.ip(foreign.map((line) => line.replace(' add ', ' del ')));
  });

  it('a default that shares a multipath route with the primary’s is taken out of it', async () => {
    await server.ip([
      'route replace default nexthop via 10.0.0.253 dev eth0 nexthop via 10.0.1.253 dev eth1 onlink',
      '-6 route append default via fe80::9 dev eth1',
    ]);
    expect(await mend()).toEqual(['default-stolen', 'default-stolen']);
    const defaults = (await look()).routes.filter(
      (route) => route.table === 254 && route.spec.startsWith('default'),
    );
    expect(defaults.map((route) => route.spec.includes('eth0'))).toEqual([true, true]);
    await server.ip(['route replace default via 10.0.0.253 dev eth0']);
  });

  it('mirrored routes come with a network and go with it', async () => {
    await server.ip([
      'link add docker0 type bridge',
      'link set docker0 up',
      'address add 172.17.0.1/16 dev docker0',
    ]);
    const docker = {
      family: 'ipv4' as const,
      table: 21001,
      destination: '172.17.0.0/16' as Prefix,
      words: 'dev docker0',
    };
    expect(await mend(network, { mirrored: [docker] })).toEqual(['mirror-missing']);
    expect(await mend()).toEqual(['mirror-surplus']);
    await server.ip(['link del docker0']);
  });

  it('a default that a secondary took gives way to the primary’s, and main is never without one', async () => {
    const way = async () => (await server.must(['ip', 'route', 'get', '198.51.100.1'])).split('\n')[0];
    const way6 = async () =>
      (await server.must(['ip', '-6', 'route', 'get', '2001:db8:ffff::1'])).split('\n')[0];
    await server.ip([
      'route replace default via 10.0.1.253 dev eth1 onlink',
      '-6 route del default',
      '-6 route add default via fe80::1 dev eth1',
    ]);
    expect(await way()).toContain('dev eth1');
    const found = await compare();
    expect(found.map((difference) => difference.kind)).toEqual(['default-stolen', 'default-stolen']);
    const dels = found.flatMap((difference) => difference.mend).filter(({ line }) => line.includes(' del '));
    expect(dels).toHaveLength(2);
    for (const command of found.flatMap((difference) => difference.mend)) {
      expect(await apply([command])).toEqual([]);
      expect([await way(), await way6()].map((text) => text?.includes(' dev eth'))).toEqual([true, true]);
    }
    expect([await way(), await way6()].map((text) => text?.includes(' dev eth0'))).toEqual([true, true]);
    expect(await compare()).toEqual([]);
  });

  it('a NIC that is given up leaves nothing, also after its link has gone', async () => {
    const leave = (entry: Addressed, present: boolean) => ({
      gone: [{ name: entry.name, mac: entry.mac, table: entry.table, present }],
    });
    expect(new Set(await mend(networkOf(eth1), leave(eth2, true)))).toEqual(
      new Set(['rule-surplus', 'route-surplus', 'address-surplus']),
    );
    await server.ip(['link set eth1 name old1']);
    await server.ip(['link del old1']);
    await mend(networkOf(), leave(eth1, false));
    const left = await look();
    expect(left.rules.filter((rule) => rule.priority >= base && rule.priority <= base + 999)).toEqual([]);
    expect(left.routes.filter((route) => route.table >= base && route.table <= base + 999)).toEqual([]);
  });
});

describe('watching and probing', () => {
  it('hears of links, addresses, routes and rules, and stops at once', async () => {
    const events: KernelEvent[] = [];
    const watch = watchKernel(exec, { onEvent: (event) => events.push(event), onLoss: () => {} });
    const heard = (find: (event: KernelEvent) => boolean) => until(() => events.some(find));
    const mac = '00:16:3e:00:00:07';
    await until(async () => {
      await server.ip(['link set eth0 alias probe']);
      return events.length > 0;
    });
    await server.ip([`link add eth7 address ${mac} type veth peer name p7 netns ${router.pid}`]);
    await heard((event) => event.object === 'link' && event.link === 'eth7' && event.mac === mac);
    await server.ip([
      'link set eth7 up',
      'address add 10.7.0.1/24 dev eth7',
      'rule add priority 777 lookup 777',
    ]);
    await heard((event) => event.object === 'address' && event.link === 'eth7');
    await heard((event) => event.object === 'rule' && event.line.includes('777'));
    await server.ip(['route add 10.9.0.0/16 dev eth7 table 777', 'rule del priority 777', 'link del eth7']);
    await heard((event) => event.object === 'route' && event.link === 'eth7');
    await heard((event) => event.object === 'rule' && event.deleted);
    await heard((event) => event.object === 'link' && event.deleted && event.mac === mac);
    const stopped = Date.now();
    watch.stop();
    await watch.ended;
    expect(Date.now() - stopped).toBeLessThan(1000);
  });

  it('hears on after the kernel had more to say than the socket took, and tells that it lost some', async () => {
    const losses: string[] = [];
    const events: KernelEvent[] = [];
    const watch = watchKernel(exec, {
      onEvent: (event) => events.push(event),
      onLoss: (message) => losses.push(message),
    });
    await until(async () => {
      await server.ip(['link set eth0 alias before']);
      return events.length > 0;
    });
    const pid = await monitorPid();
    const prefixes = Array.from({ length: 8000 }, (_, n) => `10.${100 + (n >> 8)}.${n & 255}.0/24`);
    process.kill(pid, 'SIGSTOP');
    await server.ip(prefixes.map((to) => `route add blackhole ${to} table 778`));
    process.kill(pid, 'SIGCONT');
    events.length = 0;
    await until(() => losses.length > 0);
    await until(async () => {
      await server.ip(['link set eth0 alias again']);
      return events.some((event) => event.object === 'link' && event.link === 'eth0');
    });
    expect(losses[0]).toContain('netlink receive error');
    await server.ip(['route flush table 778']);
    watch.stop();
    await watch.ended;
  });

  it('the gateway answers, known as a neighbour or not, and is silent when it is gone', async () => {
    const knock = 'exec 3<>/dev/udp/10.0.0.253/9 && echo >&3';
    const request = async () => {
      await server.must(['bash', '-c', knock]);
      return fail('metadata-unreachable', 'http://10.0.0.253:9/', 'connection refused');
    };
    const target = { link: 'eth0', gateway: '10.0.0.253' as Address, source: '10.0.0.10' as Address };
    const probe = gatewayProbe({ exec, http: { request }, clock: nodeClock() }, target);
    await server.must(['ip', 'neigh', 'flush', 'dev', 'eth0']);
    expect(await probe.ask()).toBe('answered');
    await server.must(['ip', 'neigh', 'change', '10.0.0.253', 'dev', 'eth0', 'nud', 'stale']);
    expect(await probe.ask()).toBe('answered');
    await router.ip(['address del 10.0.0.253/24 dev p0']);
    expect(await probe.ask()).toBe('silent');
  });
});

describe('with foreign things in the kernel', () => {
  const routes = [
    'route add 10.60.0.0/16 via 10.0.0.7 dev eth0 proto static metric 7 mtu lock 1400 advmss 1300',
    'route add default via 10.0.0.9 dev eth0 table 100',
    'route add 10.61.0.0/16 table 100 nexthop via 10.0.0.7 dev eth0 weight 2 nexthop via 10.0.0.8 dev eth0',
    'route add blackhole 10.66.0.0/16',
    'route add unreachable 10.67.0.0/16 metric 9',
    'route add throw 10.69.0.0/16 table 100',
    'route add local 10.80.0.0/16 dev lo table 100',
    'route add 10.71.0.0/16 via inet6 fe80::7 dev eth0',
    'route add 10.73.0.0/16 via 10.0.0.7 dev eth0 realms 5 rto_min 20ms quickack 1 features ecn onlink',
    '-6 route add 2001:db8:60::/48 via fe80::7 dev eth0 proto 210 pref high',
    '-6 route add 2001:db8:61::/48 from 2001:db8::/64 via fe80::7 dev eth0',
    '-6 route add 2001:db8:62::/48 nexthop via fe80::7 dev eth0 nexthop via fe80::8 dev eth0 weight 3',
    '-6 route add unreachable 2001:db8:66::/48',
  ];
  const rules = [
    'rule add priority 100 from 10.5.0.0/16 fwmark 0x1/0xff lookup 100',
    'rule add priority 101 not from 10.0.0.0/8 iif eth0 lookup 100',
    'rule add priority 102 oif eth7 lookup 100',
    'rule add priority 103 uidrange 1000-2000 ipproto tcp sport 80 dport 100-200 lookup 100',
    'rule add priority 104 lookup main suppress_prefixlength 0',
    'rule add priority 105 goto 200',
    'rule add priority 106 tos 0x10 blackhole',
    'rule add priority 107 from 10.6.0.0/16 unreachable',
    'rule add priority 108 to 10.6.0.0/16 lookup 100 protocol static',
    'rule add priority 109 lookup 100 suppress_ifgroup 5',
    '-6 rule add priority 100 from 2001:db8:5::/48 lookup 100',
  ];
  const ours = { slots: context.slots, tableBase: base, gone: [] };

  it('every route and rule can be made again from what was read', async () => {
    await server.ip([...routes, ...rules]);
    const before = await look();
    const taken = [...routes, ...rules].map((line) => line.replace(' add ', ' del '));
    await server.ip(taken);
    const harmed = harm(before, await look(), networkOf(), ours);
    expect(harmed).toHaveLength(taken.length);
    expect(await apply(harmed.flatMap((entry) => entry.putBack))).toEqual([]);
    expect(harm(before, await look(), networkOf(), ours)).toEqual([]);
    expect(inOrder(await look())).toEqual(inOrder(before));
  });

  it('the primary comes back whole from a snapshot', async () => {
    const before = await look();
    await server.ip(['address flush dev eth0', 'link set eth0 down', 'rule del priority 104']);
    const harmed = harm(before, await look(), networkOf(), ours).map((entry) => entry.kind);
    expect(new Set(harmed)).toEqual(
      new Set(['primary-link', 'primary-address', 'default-route', 'foreign-route', 'foreign-rule']),
    );
    await apply(replayLink(before, 'eth0', await look()));
    expect(harm(before, await look(), networkOf(), ours)).toEqual([]);
  });

  it('a failing command does not hold up the next, and is named', async () => {
    const before = await look();
    const [one] = before.routes.filter((route) => route.table === 100);
    const [rule] = before.rules.filter((entry) => entry.priority === 104);
    if (one === undefined || rule === undefined) throw new Error('nothing to try');
    const broken: IpCommand = { family: 'ipv4', line: 'route replace 10.1.0.0/16 dev nowhere' };
    await server.ip(['rule del priority 104']);
    const failed = await apply([broken, replayRoute(one), replayRule(rule)]);
    expect(failed).toEqual([`${broken.line}: Cannot find device "nowhere"`]);
    await server.ip(['rule del priority 104']);
    const odd: IpCommand = { family: 'ipv4', line: 'route replace 10.1.0.0/16 dev eth0 marvellous' };
    const [misunderstood] = await apply([replayRoute(one), odd, replayRule(rule)]);
    expect(misunderstood).toContain('marvellous');
    expect(inOrder(await look())).toEqual(inOrder(before));
  });

  function inOrder(state: KernelState): readonly string[] {
    return [...state.routes, ...state.rules].map((entry) => `${entry.family} ${entry.spec}`).sort();
  }
});

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 5000;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error('waited in vain');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The `ip monitor` that this process started, once it runs. */
async function monitorPid(): Promise<number> {
  let pid = 0;
  await until(async () => {
    const ps = await nodeExec().run(['ps', '--ppid', String(process.pid), '-o', 'pid=,args=']);
    const line = ps.ok
      ? ps.value.stdout.split('\n').find((text) => /^ *\d+ ip -o monitor /.test(text))
      : undefined;
    pid = Number(line?.trim().split(' ')[0] ?? 0);
    return pid > 0;
  });
  return pid;
}
