import type { RenderedFile } from '../../model/file.ts';
import type { Problem } from '../../model/problem.ts';
import { outputProblem } from '../check.ts';
import { checkLeaseRoutes } from '../lease-routes.ts';
import { checkSections, type KeyRule, key, type SectionRule } from '../sections.ts';
import { shape, whole } from '../shapes.ts';

const bool = /^(true|false)$/;
const number = whole(shape.number);
const mac = /^[0-9A-F]{2}(:[0-9A-F]{2}){5}$/;

const common: readonly KeyRule[] = [
  key('method', /^(auto|manual|dhcp|disabled|ignore)$/),
  key('dhcp-send-hostname', bool),
  key('dhcp-timeout', number),
  key('ignore-auto-dns', bool),
  key('ignore-auto-routes', bool),
  key('never-default', bool),
  key('may-fail', bool),
  key('route-table', number),
  key('route-metric', number),
];

const groups: Readonly<Record<string, SectionRule>> = {
  connection: {
    keys: [
      key('id', /^enid-[A-Za-z0-9_.-]+$/),
      key('uuid', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      key('type', /^(ethernet|vlan)$/),
      key('interface-name', whole(shape.link)),
      key('autoconnect-priority', /^-?\d{1,3}$/),
      key('autoconnect-retries', number),
      key('zone', /^[A-Za-z0-9_-]+$/),
    ],
    needs: ['id', 'uuid', 'type'],
  },
  vlan: { keys: [key('parent', whole(shape.link)), key('id', whole('\\d{1,4}'))], needs: ['parent', 'id'] },
  ethernet: { keys: [key('mac-address', mac), key('cloned-mac-address', mac), key('mtu', number)] },
  ipv4: {
    keys: [
      ...common,
      ...numbered(shape.ipv4, shape.ipv4Prefix),
      key('dhcp-client-id', /^(mac|perm-mac|duid|stable)$/),
    ],
    needs: ['method'],
  },
  ipv6: {
    keys: [
      ...common,
      ...numbered(shape.ipv6, shape.ipv6Prefix),
      key('addr-gen-mode', /^(eui64|stable-privacy)$/),
      key('ip6-privacy', /^[012]$/),
    ],
    needs: ['method'],
  },
};

function numbered(ip: string, prefix: string): readonly KeyRule[] {
  const rule = `priority \\d+(?: from ${prefix})?(?: to ${prefix})? table \\d+(?: suppress_prefixlength \\d+)?`;
  return [
    { key: /^address\d+$/, value: whole(prefix) },
    { key: /^route\d+$/, value: whole(`${prefix}(?:,${ip}(?:,\\d+)?)?`) },
    { key: /^route\d+_options$/, value: whole(`table=\\d+(?:,src=${ip})?(?:,onlink=true)?`) },
    { key: /^routing-rule\d+$/, value: whole(rule) },
  ];
}

/**
 * A profile of ours, read back. NetworkManager drops what it cannot read with a line in its log and loads the rest, so a
 * profile that passes here must have no such thing; and it must be bound to this NIC's MAC.
 */
export function check(file: RenderedFile): readonly Problem[] {
  if (!/^\/etc\/NetworkManager\/system-connections\/enid-[^/]+\.nmconnection$/.test(file.path)) {
    return [outputProblem(file, 0, 'not a file of the format keyfile')];
  }
  const wanted = `mac-address=${file.mac?.toUpperCase()}`;
  const bound = file.text.split('\n').some((line) => line === wanted || line === `cloned-${wanted}`);
  const open = (file.mode & 0o077) !== 0;
  return [
    ...checkSections(file, groups),
    ...(bound ? [] : [outputProblem(file, 0, `not bound to ${file.mac}`)]),
    ...checkLeaseRoutes(file, /^(?:never-default|ignore-auto-routes)=false$/m, /^route-table=(\d+)$/m),
    ...(open ? [outputProblem(file, 0, 'NetworkManager reads a profile only when its mode is 0600')] : []),
  ];
}
