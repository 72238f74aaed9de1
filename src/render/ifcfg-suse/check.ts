import type { RenderedFile } from '../../model/file.ts';
import type { Problem } from '../../model/problem.ts';
import { outputProblem } from '../check.ts';
import { checkAssignments, type Settings } from '../ifcfg/assignments.ts';
import { checkLines } from '../ifcfg/check.ts';
import { addressShape, prefixShape, routeProblem, ruleProblem } from '../ifcfg/iproute.ts';
import { checkScript } from '../ifcfg/script.ts';
import { type KeyRule, key } from '../sections.ts';
import { shape, whole } from '../shapes.ts';

const yesNo = /^(yes|no)$/;
const number = whole(shape.number);
const script = /^(compat:suse:)?\/etc\/sysconfig\/network\/scripts\/enid-[A-Za-z0-9_.-]+$/;

const keys: readonly KeyRule[] = [
  key('BOOTPROTO', /^(static|dhcp|dhcp4|dhcp6)$/),
  key('STARTMODE', /^(auto|hotplug|onboot|manual)$/),
  { key: /^IPADDR(_\d{1,3})?$/, value: whole(`${shape.ipv4}/32|${shape.ipv6}/128`) },
  key('MTU', number),
  key('LLADDR', whole(shape.mac)),
  key('ETHERDEVICE', whole(shape.link)),
  key('VLAN_ID', /^\d{1,4}$/),
  key('NAME', /^[A-Za-z0-9 _.,:-]*$/),
  key('ETHTOOL_OPTIONS', /^[A-Za-z0-9 _-]*$/),
  key('USERCONTROL', /^no$/),
  key('ZONE', /^[A-Za-z0-9_-]+$/),
  key('CLOUD_NETCONFIG_MANAGE', /^no$/),
  key('DHCLIENT_SET_DEFAULT_ROUTE', /^no$/),
  key('DHCLIENT_SET_HOSTNAME', yesNo),
  key('DHCLIENT6_SET_HOSTNAME', yesNo),
  key('DHCLIENT_PRIMARY_DEVICE', /^no$/),
  key('DHCLIENT_ROUTE_PRIORITY', number),
  key('DHCLIENT_WAIT_AT_BOOT', number),
  key('DHCLIENT_UPDATE', /^[a-z ,-]*$/),
  key('DHCLIENT6_UPDATE', /^[a-z ,-]*$/),
  key('DHCLIENT6_MODE', /^(auto|managed|info)$/),
  key('POST_UP_SCRIPT', script),
  key('PRE_DOWN_SCRIPT', script),
];

/** One of the files in /etc/sysconfig/network, found by its path and read back as wicked or SLES 11 would. */
export function check(file: RenderedFile): readonly Problem[] {
  const kind = /^\/etc\/sysconfig\/network\/(ifcfg|ifroute|ifrule|ifsysctl)-[^/]+$/.exec(file.path)?.[1];
  if (kind === 'ifcfg')
    return checkAssignments(file, { keys, needs: ['BOOTPROTO', 'STARTMODE'], demands: demandGuard });
  if (kind === 'ifroute') return checkLines(file, columnsProblem);
  if (kind === 'ifrule') return checkLines(file, familyRuleProblem);
  if (kind === 'ifsysctl') return checkLines(file, sysctlProblem);
  if (/^\/etc\/sysconfig\/network\/scripts\/enid-[^/]+-(up|down)$/.test(file.path)) return checkScript(file);
  return [outputProblem(file, 0, 'not a file of the format ifcfg-suse')];
}

function demandGuard(settings: Settings): readonly string[] {
  const leased = /^dhcp4?$/.test(settings.get('BOOTPROTO') ?? '');
  const guarded = settings.get('DHCLIENT_SET_DEFAULT_ROUTE') === 'no';
  return leased && !guarded ? ["lacks DHCLIENT_SET_DEFAULT_ROUTE='no'"] : [];
}

/** Five columns (ifroute(5)); turned into the words of `ip route` and read as such. wicked has no `onlink`. */
function columnsProblem(line: string): string | null {
  const [destination = '', gateway = '', mask, device = '', ...options] = line.split(' ');
  if (mask !== '-') return 'the netmask column is not -';
  const words = [destination, ...(gateway === '-' ? [] : ['via', gateway]), 'dev', device, ...options];
  if (options.includes('onlink')) return 'wicked does not know onlink';
  if (options.includes('via') || options.includes('dev')) return 'gateway and interface have their columns';
  if (destination === 'default' && gateway === '-') return 'a default without a gateway is dropped';
  const family = [destination, gateway].some((word) => word.includes(':')) ? 'ipv6' : 'ipv4';
  const known = destination === 'default' || prefixShape(family).test(destination);
  if (!known || (gateway !== '-' && !addressShape(family).test(gateway))) return `"${line}" mixes families`;
  return routeProblem(words.join(' '), family);
}

function familyRuleProblem(line: string): string | null {
  const [family, ...words] = line.split(' ');
  if (family !== 'ipv4' && family !== 'ipv6') return 'a rule begins with its family';
  return ruleProblem(words.join(' '), family);
}

function sysctlProblem(line: string): string | null {
  const known = /^net\/ipv[46]\/(conf|neigh)\/[^/\s=]+\/[a-z0-9_]+ = -?\d+$/.test(line);
  return known ? null : `"${line}" is not a setting of one NIC`;
}
