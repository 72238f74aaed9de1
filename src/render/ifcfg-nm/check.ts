import type { RenderedFile } from '../../model/file.ts';
import type { Problem } from '../../model/problem.ts';
import { outputProblem } from '../check.ts';
import { checkAssignments, demandNumbered, type Settings } from '../ifcfg/assignments.ts';
import { check as checkScripts, demandNic, sharedKeys } from '../ifcfg/check.ts';
import { ruleProblem } from '../ifcfg/iproute.ts';
import { checkScript } from '../ifcfg/script.ts';
import { type KeyRule, key } from '../sections.ts';
import { shape, whole } from '../shapes.ts';

const yesNo = /^(yes|no)$/;
const number = whole(shape.number);
/** Their form is read by {@link ruleProblem}; here only what may stand in the quotes at all. */
const rule = /^[0-9a-z_:./ ]+$/;

const keys: readonly KeyRule[] = [
  ...sharedKeys,
  key('NAME', /^[A-Za-z0-9_.-]+$/),
  key('UUID', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
  key('TYPE', /^(Ethernet|Vlan)$/),
  key('VLAN_ID', /^\d{1,4}$/),
  key('REORDER_HDR', yesNo),
  key('BOOTPROTO', /^(dhcp|none)$/),
  key('DEFROUTE', yesNo),
  key('PEERROUTES', yesNo),
  key('GATEWAY0', whole(shape.ipv4)),
  key('IPV4_ROUTE_TABLE', number),
  key('IPV4_ROUTE_METRIC', number),
  key('IPV4_FAILURE_FATAL', yesNo),
  key('IPV6_FAILURE_FATAL', yesNo),
  key('IPV6_DEFROUTE', /^no$/),
  key('IPV6_PEERDNS', yesNo),
  key('IPV6_PEERROUTES', /^no$/),
  key('IPV6_DISABLED', yesNo),
  key('IPV6_ADDR_GEN_MODE', /^(eui64|stable-privacy)$/),
  key('IPV6_PRIVACY', yesNo),
  key('DHCP_CLIENT_ID', /^(mac|perm-mac|duid|stable)$/),
  key('DHCP_SEND_HOSTNAME', yesNo),
  key('HOSTNAME_FROM_DHCP', yesNo),
  key('AUTOCONNECT_PRIORITY', /^-?\d{1,3}$/),
  { key: /^ROUTING_RULE6?_\d+$/, value: rule },
];

const directory = '/etc/sysconfig/network-scripts/';

/**
 * One of the files of this format, found by its path. What is left to network-scripts (NM_CONTROLLED=no and the files
 * that only they read) is read as theirs.
 */
export function check(file: RenderedFile): readonly Problem[] {
  const dispatched = /^\/etc\/NetworkManager\/dispatcher\.d\/60-enid-([^/]+)$/.exec(file.path)?.[1];
  if (dispatched !== undefined) return checkDispatcher(file, dispatched);
  const name = file.path.startsWith(`${directory}ifcfg-`)
    ? file.path.slice(`${directory}ifcfg-`.length)
    : null;
  const unmanaged = /^NM_CONTROLLED=no$/m.test(file.text);
  if (name === null || unmanaged) return checkScripts(file);
  return checkAssignments(file, {
    keys,
    needs: ['DEVICE', 'NAME', 'UUID', 'BOOTPROTO', 'DEFROUTE'],
    demands: (settings) => [
      ...demandNic(settings, file, name),
      ...demandNumbered(settings),
      ...demandDefault(settings),
      ...demandRules(settings),
    ],
  });
}

function checkDispatcher(file: RenderedFile, name: string): readonly Problem[] {
  const first = file.text.split('\n').find((line) => line.startsWith('['));
  const chosen = first === `[ "\${1:-}" = ${name} ] || exit 0`;
  return [
    ...checkScript(file),
    ...(chosen ? [] : [outputProblem(file, 0, `does not first look whether the event is ${name}'s`)]),
  ];
}

/** A default of the profile's own stands in main unless IPV4_ROUTE_TABLE takes it elsewhere. */
function demandDefault(settings: Settings): readonly string[] {
  const table = settings.get('IPV4_ROUTE_TABLE');
  const elsewhere = table !== undefined && table !== '254' && table !== '0';
  if (elsewhere) return [];
  const asked = [
    ...(settings.get('DEFROUTE') === 'yes' ? ['DEFROUTE=yes'] : []),
    ...(settings.get('GATEWAY0') === undefined ? [] : ['GATEWAY0']),
  ];
  return asked.map((what) => `${what} without IPV4_ROUTE_TABLE puts a default into main`);
}

/** A rule that NetworkManager cannot read is dropped with a line in its log. */
function demandRules(settings: Settings): readonly string[] {
  return (['ipv4', 'ipv6'] as const).flatMap((family) => {
    const prefix = family === 'ipv4' ? 'ROUTING_RULE_' : 'ROUTING_RULE6_';
    return settings.numbers(prefix).flatMap((index) => {
      const problem = ruleProblem(settings.get(`${prefix}${index}`) ?? '', family);
      return problem === null ? [] : [`${prefix}${index}: ${problem}`];
    });
  });
}
