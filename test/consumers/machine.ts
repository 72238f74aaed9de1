import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Family } from '../../src/model/address.ts';
import type { DesiredInterface, DesiredNetwork } from '../../src/model/desired.ts';
import type { RenderedFile } from '../../src/model/file.ts';
import { advertise } from '../lab/advertise.ts';
import { temporaryDirectory } from '../lab/cleanup.ts';
import { makeMachine, makeNamespace, type Namespace } from '../lab/namespace.ts';

/** A machine with an /etc, /run and /var/lib of its own in which a network service can be run, and its VPC. */
export interface Machine {
  readonly server: Namespace;
  readonly router: Namespace;
  /** Runs shell text inside; must succeed. */
  sh(script: string): Promise<string>;
  close(): Promise<void>;
}

/** The NICs of test/fixtures: MACs 00:16:3e:12:16:0n, each on a link of its own with a DHCP server behind. */
const ports = ['0', '1', '2', '3'];

/*
 * Option 121 leads everything to the gateway and 6 names a resolver: whoever takes either, pollutes main or
 * resolv.conf.
 */
const dnsmasq = `
port=0
no-ping
dhcp-authoritative
bind-dynamic
interface=p1,p2,p3
dhcp-leasefile=/dev/null
dhcp-range=set:p2,10.0.0.0,static,255.255.255.0,1h
dhcp-range=set:p1,10.0.1.0,static,255.255.255.0,1h
dhcp-range=set:p3,10.0.3.0,static,255.255.255.0,1h
dhcp-range=2001:db8:1::,static,64,1h
dhcp-range=2001:db8:3::,static,64,1h
dhcp-host=00:16:3e:12:16:01,10.0.1.20,[2001:db8:1::20]
dhcp-host=00:16:3e:12:16:02,10.0.0.30
dhcp-host=00:16:3e:12:16:03,10.0.3.40,[2001:db8:3::40]
dhcp-option-force=tag:p1,121,0.0.0.0/0,10.0.1.253,172.31.0.0/16,10.0.1.253
dhcp-option-force=tag:p2,121,0.0.0.0/0,10.0.0.253,172.31.0.0/16,10.0.0.253
dhcp-option-force=tag:p3,121,0.0.0.0/0,10.0.3.253,172.31.0.0/16,10.0.3.253
dhcp-option=6,192.0.2.53
`;

const ownDirectories = `
own=$(mktemp -d); mount -t tmpfs own "$own"; cp -a /etc/. "$own"; mount --bind "$own" /etc
mount -t tmpfs run /run; mkdir -p /run/network /run/dbus
for directory in /var/lib/dhcp /var/lib/dhcpcd /var/lib/NetworkManager; do
  mkdir -p "$directory"; mount -t tmpfs own "$directory"
done
rm -f /etc/resolv.conf; echo nameserver 127.0.0.1 > /etc/resolv.conf
rm -rf /etc/network/interfaces.d/* /etc/netplan/* /etc/systemd/network/* /etc/NetworkManager/system-connections/*
mount -t sysfs -o ro sys /sys
`;

/** `dhcp`: further lines for the DHCP servers, such as `enable-ra`. */
export async function makeServer(
  files: readonly RenderedFile[],
  dhcp: readonly string[] = [],
): Promise<Machine> {
  const router = await makeNamespace('router');
  const server = await makeMachine('server', ownDirectories);
  const sh = (script: string) => server.must(['sh', '-ec', script]);
  await router.ip(
    ports.flatMap((port) => [
      `link add p${port} type veth peer name eth${port} address 00:16:3e:12:16:0${port} netns ${server.pid}`,
      `link set p${port} up`,
    ]),
  );
  await router.ip([
    'link set p1 addrgenmode none',
    'addr add 10.0.0.253/24 dev p0',
    'addr add 10.0.1.253/24 dev p1',
    'addr add 10.0.0.252/24 dev p2 noprefixroute',
    'addr add 10.0.3.253/24 dev p3',
    '-6 addr add 2001:db8:1:0:ffff:ffff:ffff:fff7/64 dev p1 nodad',
    '-6 addr add 2001:db8::ffff:ffff:ffff:fff7/64 dev p2 nodad noprefixroute',
    '-6 addr add 2001:db8:3::ff/64 dev p3 nodad',
    '-6 addr add fe80::1/64 dev p3 nodad',
    '-6 addr add fe80::1/64 dev p1 nodad',
  ]);
  await server.ip([
    'addr add 10.0.0.10/24 dev eth0',
    'link set eth0 up',
    'route add default via 10.0.0.253',
    '-6 addr add 2001:db8::10/64 dev eth0 nodad',
  ]);
  await writeFiles(server, files);
  const configuration = join(temporaryDirectory(), 'dnsmasq.conf');
  await writeFile(configuration, [dnsmasq, ...dhcp, ''].join('\n'));
  const serve = `dnsmasq --keep-in-foreground --conf-file=${configuration} --pid-file=`;
  const run = `${serve} & trap "kill $!" EXIT; trap exit HUP INT TERM; cat >/dev/null`;
  // It ends when its standard input does, so also when the test is killed.
  const serving = router.start(['sh', '-c', run]);
  return {
    server,
    router,
    sh,
    async close() {
      const ended = new Promise((resolve) => serving.once('exit', resolve));
      serving.stdin?.end();
      // The namespace takes the shell along, but not what the shell started.
      if (serving.exitCode === null) await ended;
      await server.close();
      await router.close();
    },
  };
}

export async function writeFiles(server: Namespace, files: readonly RenderedFile[]): Promise<void> {
  for (const { path, text, mode } of files) {
    const script = `mkdir -p "\${1%/*}"; umask 077; cat > "$1"; chmod ${mode.toString(8)} "$1"`;
    await server.must(['sh', '-ec', script, 'sh', path], text);
  }
}

/**
 * The gateways of all secondaries advertise themselves. What enid sets for each NIC is set as udev does when one appears
 * (99-systemd.rules: systemd-sysctl).
 */
export async function advertised(machine: Machine): Promise<void> {
  await machine.sh('sysctl -q -p /etc/sysctl.d/60-enid.conf');
  await advertise(machine.router, ['p1', 'p2', 'p3']);
}

/** How many advertisements a NIC was given (proc_net(5), /proc/net/dev_snmp6: type 134 of RFC 4861). */
export async function advertisements(machine: Machine, nic: string): Promise<number> {
  return Number(
    await machine.sh(`awk '/Icmp6InType134/ {n = $2} END {print n + 0}' /proc/net/dev_snmp6/${nic}`),
  );
}

/** Looks until nothing is wrong, or half a minute is over: then says what is. `but`: what is meant to be otherwise. */
export async function settled(
  machine: Machine,
  network: DesiredNetwork,
  but: RegExp | null = null,
): Promise<readonly string[]> {
  const end = Date.now() + 30_000;
  for (;;) {
    const wrong = (await differences(machine, network)).filter((line) => but?.test(line) !== true);
    if (wrong.length === 0 || Date.now() > end) return wrong;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Everything the kernel has too little or too much of, in words. */
export async function differences({ server }: Machine, network: DesiredNetwork): Promise<readonly string[]> {
  const show: Show = async (...words) =>
    (await server.run(['ip', ...words])).stdout
      .split('\n')
      .map((line) => line.trim().replace(/\s+/g, ' '))
      .filter((line) => line !== '');
  const wrong: string[] = [];
  for (const family of ['ipv4', 'ipv6'] as const) {
    wrong.push(...(await wrongRules(show, network, family)));
    const main = await show(flagOf(family), 'route', 'show', 'table', 'main');
    const defaults = main.filter((route) => route.startsWith('default')).join('; ');
    const wanted = family === 'ipv4' ? 'default via 10.0.0.253 dev eth0' : '';
    if (defaults !== wanted) wrong.push(`the default route is ${defaults}`);
    for (const nic of network.secondaries) {
      wrong.push(...(await wrongAddresses(show, nic, family)));
      wrong.push(...(await wrongRoutes(show, nic, family)));
      wrong.push(...strayRoutes(main, nic, family));
    }
  }
  const resolver = (await server.run(['cat', '/etc/resolv.conf'])).stdout;
  if (resolver.trim() !== 'nameserver 127.0.0.1') wrong.push(`resolv.conf has ${resolver}`);
  return wrong;
}

type Show = (...words: readonly string[]) => Promise<readonly string[]>;
type Lines = Promise<readonly string[]>;

const flagOf = (family: Family) => (family === 'ipv4' ? '-4' : '-6');

/** As `ip` shows a prefix. */
const short = (prefix: string) =>
  prefix.replace(/(\.\d+)\/32$|\/128$/, '$1').replace(/^(0\.0\.0\.0|::)\/0$/, 'default');

async function wrongRules(show: Show, network: DesiredNetwork, family: Family): Lines {
  const rules = new Set((await show(flagOf(family), 'rule')).filter((line) => line.startsWith('21')));
  const wanted = network.secondaries.flatMap((nic) => nic.rules.filter((rule) => rule.family === family));
  const missing = wanted.flatMap((rule) => {
    const to = rule.to === null ? '' : ` to ${short(rule.to)}`;
    const table = rule.table === 254 ? 'main' : rule.table;
    const from = rule.from === null ? 'all' : short(rule.from);
    const suppress =
      rule.suppressPrefixLength === null ? '' : ` suppress_prefixlength ${rule.suppressPrefixLength}`;
    const line = `${rule.priority}: from ${from}${to} lookup ${table}${suppress}`;
    const found = [...rules].find((each) => each.replace(/ proto \S+$/, '') === line);
    return found !== undefined && rules.delete(found) ? [] : [`no rule ${line}`];
  });
  return [...missing, ...[...rules].map((line) => `a rule too many: ${line}`)];
}

async function wrongAddresses(show: Show, nic: DesiredInterface, family: Family): Lines {
  const lines = await show(flagOf(family), 'addr', 'show', 'dev', nic.name, 'scope', 'global');
  const addresses = new Set(lines.flatMap((line) => /^inet6? ([^/]+)\//.exec(line)?.[1] ?? []));
  const missing = ownAddresses(nic, family).filter((address) => !addresses.delete(address));
  return [
    ...missing.map((address) => `${nic.name} lacks ${address}`),
    ...[...addresses].map((address) => `${nic.name} has ${address}`),
  ];
}

function ownAddresses(nic: DesiredInterface, family: Family): readonly string[] {
  const own = nic[family];
  return own === null ? [] : [String(own.address), ...own.further];
}

/** Routes of the tables, with nothing in the NIC's own that leads elsewhere, unless a lease that may say so brought it. */
async function wrongRoutes(show: Show, nic: DesiredInterface, family: Family): Lines {
  const wrong: string[] = [];
  const wanted = nic.routes.filter((route) => route.family === family);
  for (const route of wanted) {
    const line = `${short(route.destination)}${route.via === null ? '' : ` via ${route.via}`} dev ${route.device}`;
    const table = await show(flagOf(family), 'route', 'show', 'table', String(route.table));
    if (!table.some((each) => each.startsWith(line))) wrong.push(`no route ${line} in ${route.table}`);
  }
  // NetworkManager sets a host route to an IPv6 gateway as well.
  const gateways = family === 'ipv6' ? wanted.flatMap(({ via }) => via ?? []) : [];
  const places = wanted.map((route) => short(route.destination));
  const known = new Set([...places, ...gateways, ...ownAddresses(nic, family)]);
  const table = await show(flagOf(family), 'route', 'show', 'table', String(nic.table));
  const takes = nic[family]?.byLease === true && nic[family].connected === 'table';
  const strays = table
    .filter((line) => !known.has(line.split(' ')[0] ?? ''))
    .filter((line) => !(takes && line.includes(' proto dhcp ')));
  return [...wrong, ...strays.map((line) => `${nic.table} has ${line}`)];
}

/** What the NIC brought into main beside the route to its subnet, where that is its place. */
function strayRoutes(main: readonly string[], nic: DesiredInterface, family: Family): readonly string[] {
  const own = nic[family];
  return main
    .filter((line) => line.includes(`dev ${nic.name}`))
    .filter((line) => !(own !== null && own.connected === 'main' && line.startsWith(`${own.subnet} `)))
    .filter((line) => !line.startsWith('fe80::'))
    .filter((line) => family === 'ipv4' || !ownAddresses(nic, family).includes(line.split(' ')[0] ?? ''))
    .map((line) => `main has ${line}`);
}
