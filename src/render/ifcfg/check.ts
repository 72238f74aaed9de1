import type { RenderedFile } from '../../model/file.ts';
import type { Problem } from '../../model/problem.ts';
import { outputProblem } from '../check.ts';
import { type KeyRule, key } from '../sections.ts';
import { shape, whole } from '../shapes.ts';
import { checkAssignments, demandNumbered, type Settings } from './assignments.ts';
import { routeProblem, ruleProblem } from './iproute.ts';

const yesNo = /^(yes|no)$/;
const number = whole(shape.number);
const mac = /^[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}$/;

/** Keys that mean the same to network-scripts and to NetworkManager. */
export const sharedKeys: readonly KeyRule[] = [
  key('DEVICE', whole(`${shape.link}(?::\\d{1,3})?`)),
  key('HWADDR', mac),
  key('MACADDR', mac),
  key('VLAN', /^yes$/),
  key('PHYSDEV', whole(shape.link)),
  key('ONBOOT', yesNo),
  key('PEERDNS', yesNo),
  key('PEERNTP', yesNo),
  key('MTU', number),
  { key: /^IPADDR\d*$/, value: whole(shape.ipv4) },
  { key: /^PREFIX\d*$/, value: /^32$/ },
  key('IPV6INIT', yesNo),
  key('IPV6_AUTOCONF', /^no$/),
  key('DHCPV6C', yesNo),
  key('IPV6ADDR', whole(`${shape.ipv6}/128`)),
  key('IPV6ADDR_SECONDARIES', whole(`${shape.ipv6}/128(?: ${shape.ipv6}/128)*`)),
  key('ZONE', /^[A-Za-z0-9_-]+$/),
  key('ETHTOOL_OPTS', /^[A-Za-z0-9 _-]+$/),
];

/** Variables of dhclient-script that ifcfg-NAME sets before the script acts on them. */
const guardKeys: ReadonlyMap<string, RegExp> = new Map([
  ['new_subnet_mask', /^255\.255\.255\.255$/],
  ['old_subnet_mask', /^255\.255\.255\.255$/],
  ['new_prefix', /^32$/],
  ['old_prefix', /^32$/],
  ['new_classless_static_routes', /^$/],
  ['old_classless_static_routes', /^$/],
  ['new_static_routes', /^$/],
  ['old_static_routes', /^$/],
  ['new_host_name', /^$/],
]);

const keys: readonly KeyRule[] = [
  ...sharedKeys,
  ...[...guardKeys].map(([name, value]) => key(name, value)),
  key('TYPE', /^Ethernet$/),
  key('VID', /^\d{1,4}$/),
  key('NM_CONTROLLED', /^no$/),
  key('BOOTPROTO', /^(dhcp|none|static)$/),
  key('PERSISTENT_DHCLIENT', yesNo),
  key('DEFROUTE', /^no$/),
  key('PEERNIS', yesNo),
  key('NOZEROCONF', /^yes$/),
  { key: /^ARPCHECK\d*$/, value: /^no$/ },
  key('NETMASK', /^255\.255\.255\.255$/),
  key('ONPARENT', yesNo),
  key('HOTPLUG', yesNo),
  key('USERCTL', yesNo),
  key('LINKDELAY', number),
  key('DHCPRELEASE', yesNo),
];

/** One of the files of network-scripts, found by its path and read back as its reader would. */
export function check(file: RenderedFile): readonly Problem[] {
  const [, kind, six, name] =
    /^\/etc\/sysconfig\/network-scripts\/(ifcfg|route|rule)(6?)-([^/]+)$/.exec(file.path) ?? [];
  const family = six === '6' ? 'ipv6' : 'ipv4';
  if (kind === 'route') return checkLines(file, (line) => routeProblem(line, family));
  if (kind === 'rule') return checkLines(file, (line) => ruleProblem(line, family));
  if (kind === 'ifcfg' && six === '' && name !== undefined) return checkInterface(file, name);
  if (/^\/etc\/dhcp\/dhclient-[^/]+\.conf$/.test(file.path)) return checkLines(file, requestProblem);
  return [outputProblem(file, 0, 'not a file of network-scripts')];
}

/** Comments stand on lines of their own: one behind a route makes it fail. */
export function checkLines(
  file: RenderedFile,
  problemOf: (line: string) => string | null,
): readonly Problem[] {
  return file.text.split('\n').flatMap((line, index) => {
    const problem = line === '' || line.startsWith('#') ? null : problemOf(line);
    return problem === null ? [] : [outputProblem(file, index + 1, problem)];
  });
}

function checkInterface(file: RenderedFile, name: string): readonly Problem[] {
  if (!name.includes(':')) {
    const needs = ['DEVICE', 'BOOTPROTO', 'DEFROUTE', 'NOZEROCONF', 'NM_CONTROLLED'];
    return checkAssignments(file, {
      keys,
      needs,
      demands: (settings) => [
        ...demandNic(settings, file, name),
        ...demandNumbered(settings),
        ...demandUnasked(settings),
        ...demandGuard(settings),
      ],
    });
  }
  const needs = ['DEVICE', 'IPADDR', 'NETMASK', 'ONPARENT', 'ARPCHECK'];
  return checkAssignments(file, {
    keys,
    needs,
    demands: (settings) => [
      ...demandName(settings, name),
      ...(settings.get('IPV6INIT') === 'no' ? [] : ['runs ifup-ipv6 without IPV6INIT=no']),
    ],
  });
}

/** The file is of the NIC in its name, and bound to its MAC: ifup refuses another NIC of that name. */
export function demandNic(settings: Settings, file: RenderedFile, name: string): readonly string[] {
  const bound = settings.get(settings.get('VLAN') === 'yes' ? 'MACADDR' : 'HWADDR')?.toLowerCase();
  return [...demandName(settings, name), ...(bound === file.mac ? [] : [`not bound to ${file.mac}`])];
}

function demandName(settings: Settings, name: string): readonly string[] {
  return settings.get('DEVICE') === name ? [] : [`DEVICE is not ${name}`];
}

/** ARPCHECK is of IPADDR alone: every numbered address has its own, and a VPC that answers every ARP fails it. */
function demandUnasked(settings: Settings): readonly string[] {
  const unasked = new Set(settings.numbers('ARPCHECK'));
  const asked = settings.numbers('IPADDR').filter((number) => !unasked.has(number));
  return asked.map((number) => `IPADDR${number} lacks ARPCHECK${number}=no`);
}

function demandGuard(settings: Settings): readonly string[] {
  if (settings.get('BOOTPROTO') !== 'dhcp') return [];
  return [...guardKeys.keys()]
    .filter((name) => settings.get(name) === undefined)
    .map((name) => `lacks ${name}=`);
}

/** dhclient.conf(5), the statements of ours: what is asked for, and how long. Never routes. */
export function requestProblem(line: string): string | null {
  if (broadcast.has(line.trim())) return null;
  if (/^(timeout|retry) \d{1,4};$/.test(line)) return null;
  const options = /^request ([a-z0-9, -]+);$/.exec(line)?.[1]?.split(', ') ?? [];
  const stray = options.find((option) => !requestable.has(option));
  if (stray !== undefined) return `asks for ${stray}`;
  return options.length > 0 ? null : `"${line}" is no statement of ours`;
}

/** In an ACK alone: in an offer it would go into the request, which no server would take for its own. */
const broadcast: ReadonlySet<string> = new Set([
  'if option dhcp-message-type = 5 {',
  'supersede dhcp-server-identifier 255.255.255.255;',
  '}',
]);

const requestable: ReadonlySet<string> = new Set([
  'subnet-mask',
  'broadcast-address',
  'interface-mtu',
  'routers',
  'domain-name',
  'domain-name-servers',
  'domain-search',
]);
