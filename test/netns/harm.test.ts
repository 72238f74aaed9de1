import { afterAll, beforeAll, expect, test } from 'vitest';
import { closeAll, leftovers } from '../lab/cleanup.ts';
import { type Enid, installEnid } from '../lab/enid.ts';
import type { Nic } from '../lab/nic.ts';
import { ping } from '../lab/ping.ts';
import { labId, type Ran } from '../lab/run.ts';
import { outsideAddress, subnet } from '../lab/subnet.ts';
import { makeVpc, type Vpc } from '../lab/vpc.ts';

// A change that diverts packets, by whatever means, is put back, whichever address they come from.

/** On the primary, and the metadata does not list it. */
const unlisted = '10.0.0.77';
const nameServer = '10.53.0.53';
let vpc: Vpc;
let enid: Enid;
let eth1: Nic;

/** Notes each `ip` and runs a hook once, just after rules of table 21001 were added. */
const wrapper = `#!/bin/sh
echo "$*" >> /etc/hook/log
case "$*" in
  *"-batch -"*)
    text=$(cat)
    printf '%s\\n' "$text" | /etc/hook/real "$@"
    code=$?
    case "$text" in *"rule add"*21001*) if mkdir /etc/hook/ran 2>/dev/null; then sh /etc/hook/divert; fi ;; esac
    exit $code ;;
esac
exec /etc/hook/real "$@"
`;

beforeAll(async () => {
  vpc = await makeVpc({ ipv6: true });
  await Promise.all([vpc.peer(0), vpc.peer(1)]);
  enid = await installEnid(vpc.server);
  // The VPC delivers it to the primary, as it does a HaVip; only the metadata says nothing.
  const primary = vpc.primary;
  await vpc.addAddress(primary, unlisted);
  await vpc.list(primary);
  await vpc.server.ip([
    `addr add ${unlisted}/24 dev eth0`,
    'link add eth7 type veth peer name far7',
    'addr add 10.0.7.7/24 dev eth7',
    'link set eth7 up',
    'link set far7 up',
    'rule add from 10.0.7.7 lookup 77 priority 700',
    'route add default dev eth7 table 77',
  ]);
  await vpc.server.must([
    'sh',
    '-ec',
    `mkdir /etc/hook; ln -s "$(command -v ip)" /etc/hook/real; echo nameserver ${nameServer} > /etc/resolv.conf`,
  ]);
  await vpc.server.must(['sh', '-ec', 'cat > /etc/hook/ip; chmod 755 /etc/hook/ip'], wrapper);
  eth1 = await vpc.attach({ subnet: 1, ipv6: true });
  await enid.configure({
    interfaces: { include: ['eth0', 'eth1'] },
    metadata: { poll: '5s', timeout: '1s', agreeing_reads: 1 },
  });
}, 60_000);

afterAll(async () => {
  await closeAll();
  expect(leftovers(labId)).toEqual([]);
});

/** A command of enid whose `ip` is the wrapper with this hook. */
async function hooked(hook: string, ...args: readonly string[]): Promise<Ran> {
  await vpc.server.must(['sh', '-ec', 'rm -rf /etc/hook/ran /etc/hook/log; cat > /etc/hook/divert'], hook);
  const path = 'PATH=/etc/hook:/usr/sbin:/usr/bin:/sbin:/bin';
  return vpc.server.run(['env', path, process.execPath, enid.bundle, ...args], '', 60_000);
}

/** Which way packets go from every address, and the rules; what the kernel keeps of routes looked up is left out. */
async function ways(): Promise<readonly string[]> {
  const four = ['', ' from 10.0.0.10', ` from ${unlisted}`, ' from 10.0.7.7'].flatMap((from) =>
    [outsideAddress.ipv4, '100.100.100.200', nameServer, subnet(0).peer4, subnet(1).peer4].map(
      (to) => to + from,
    ),
  );
  const six = ['', ` from ${vpc.primary.ipv6[0]}`].flatMap((from) =>
    [outsideAddress.ipv6, subnet(0).peer6, subnet(1).peer6].map((to) => to + from),
  );
  const told: string[] = [];
  for (const question of [...four, ...six]) {
    const { stdout, stderr } = await vpc.server.run(['ip', '-o', 'route', 'get', ...question.split(' ')]);
    told.push(`${question}: ${/ dev (\S+)/.exec(stdout)?.[1] ?? stderr.trim()}`);
  }
  const rules = await vpc.server.must(['sh', '-ec', 'ip -4 rule show; ip -6 rule show']);
  return [...told, ...rules.split('\n')];
}

const diverting: readonly { readonly what: string; readonly hook: string; readonly said: RegExp }[] = [
  {
    what: 'replies of an address of the primary that the metadata does not list',
    hook: `ip rule add from ${unlisted} lookup 21001 priority 500`,
    said: /a reply of 10\.0\.0\.77 to \S+ leaves by eth1; it left by eth0 before/,
  },
  {
    what: 'replies of a NIC that enid leaves alone',
    hook: 'ip rule add from 10.0.7.7 lookup 21001 priority 500',
    said: /a reply of 10\.0\.7\.7 to \S+ leaves by eth1; it left by eth7 before/,
  },
  {
    what: 'a name server of resolv.conf',
    hook: `ip rule add to ${nameServer} lookup 21001 priority 500`,
    said: /a new connection to 10\.53\.0\.53 leaves by eth1; it left by eth0 before/,
  },
  {
    what: 'a name server, by a route in main',
    hook: `ip route add ${nameServer}/32 dev eth1`,
    said: /to 10\.53\.0\.53 leaves by eth1/,
  },
  {
    what: 'metadata',
    hook: 'ip rule add to 100.100.100.200 lookup 21001 priority 500',
    said: /to 100\.100\.100\.200 leaves by eth1|the metadata answered before/,
  },
  {
    what: 'IPv6 replies of the primary',
    hook: 'ip -6 rule add from 2001:db8:0:100::/64 lookup 21001 priority 500',
    said: /a reply of 2001:db8:0:100::a to \S+ leaves by eth1; it left by eth0 before/,
  },
  {
    what: 'a peer of the primary, which is then reached by nobody',
    hook: 'ip rule add to 10.0.0.0/24 prohibit priority 500',
    said: /to 10\.0\.0\.\d+ goes nowhere; it left by eth0 before/,
  },
];

test.each(diverting)(
  'rolled back with exit 3: a hook diverts $what',
  { timeout: 60_000 },
  async ({ hook, said }) => {
    const before = await ways();

    const ran = await hooked(hook, 'reconfigure');

    expect(ran.code, ran.stdout + ran.stderr).toBe(3);
    expect(ran.stdout + ran.stderr).toMatch(said);
    expect(await ways()).toEqual(before);
    const all = [...vpc.primary.ipv4, ...vpc.primary.ipv6];
    for (const address of all)
      expect(await ping(vpc.outside, address), address).toMatchObject({ answered: true });
  },
);

test('a hook that diverts nothing is no harm, and what it added stays', { timeout: 60_000 }, async () => {
  const ran = await hooked('ip rule add from 192.0.2.9 lookup 77 priority 500', 'reconfigure');

  expect(ran.code, ran.stdout + ran.stderr).toBe(0);
  expect(await vpc.server.must(['ip', 'rule', 'show', 'priority', '500'])).toContain('192.0.2.9');
  for (const address of [...vpc.primary.ipv4, eth1.ipv4[0] ?? '', eth1.ipv6[0] ?? ''])
    expect(await ping(vpc.outside, address), address).toMatchObject({ answered: true });
  await vpc.server.ip(['rule del priority 500']);
});

test('a thousand addresses are asked about by as many processes as ten', { timeout: 120_000 }, async () => {
  const numbers = (from: number, to: number) =>
    Array.from(
      { length: to - from },
      (_, i) => `addr add 10.8.${(from + i) >> 8}.${(from + i) & 255}/32 dev eth7`,
    );
  const change = async () => {
    await vpc.server.ip(['rule del priority 21001']);
    const begun = performance.now();
    const ran = await hooked('true', 'reconfigure');
    expect(ran.code, ran.stdout + ran.stderr).toBe(0);
    const log = await vpc.server.must(['cat', '/etc/hook/log']);
    return { processes: log.trim().split('\n').length, ms: performance.now() - begun };
  };
  await vpc.server.ip(numbers(0, 10));
  const few = await change();
  await vpc.server.ip(numbers(10, 1000));
  const many = await change();

  console.info(`10 addresses: ${JSON.stringify(few)}; 1000: ${JSON.stringify(many)}`);
  expect(many.processes).toBe(few.processes);
  expect(many.ms).toBeLessThan(few.ms + 20_000);
});

test('a prefix that covers an address of the primary moves none of its ways', {
  timeout: 60_000,
}, async () => {
  const before = (await ways()).filter((line) => !/^\d+:\s/.test(line));
  await vpc.list({ ...eth1, prefixes: ['10.0.0.64/28'] });

  const ran = await hooked('true', 'reconfigure');

  expect([0, 3], ran.stdout + ran.stderr).toContain(ran.code);
  expect((await ways()).filter((line) => !/^\d+:\s/.test(line))).toEqual(before);
  expect(await ping(vpc.outside, unlisted)).toMatchObject({ answered: true });
  await vpc.list(eth1);
});
