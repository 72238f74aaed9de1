import { firstOfAll } from '../../model/netplan.ts';
import { shape, whole } from '../shapes.ts';

/** What a YAML value must be: text, number or flag of a shape, a list, or a mapping with these keys and no others. */
export type Shape =
  | RegExp
  | { readonly each: Shape }
  | { readonly keys: readonly (readonly [RegExp, Shape])[]; readonly needs: readonly string[] };

const bool = /^(true|false)$/;
const number = whole(shape.number);

/** A whole file for one interface: netplan's reference for version 2, as far as a secondary has use for it. */
export function netplanFile(name: string, mac: string): Shape {
  const macaddress = new RegExp(`^${mac}$`);
  const ethernet = mapping(['match'], {
    ...common,
    match: mapping(['macaddress'], { macaddress }),
    'set-name': whole(name.replace(/\./g, '\\.')),
  });
  const ethernets = oneOf([`${firstOfAll}${name}`], ethernet);
  return mapping(['network'], { network: mapping(['version'], { version: /^2$/, ethernets }) });
}

const overridable = {
  'use-routes': bool,
  'use-dns': bool,
  'use-ntp': /^false$/,
  'use-hostname': /^false$/,
  'use-domains': /^(false|no)$/,
  'send-hostname': bool,
  'use-mtu': bool,
  'route-metric': number,
};
const overrides = mapping(['use-routes'], overridable);

const route = mapping(['to', 'table'], {
  to: whole(shape.prefix),
  via: whole(shape.ip),
  'on-link': bool,
  scope: /^link$/,
  from: whole(shape.ip),
  metric: number,
  table: number,
});

const rule = mapping(['priority', 'table'], {
  priority: number,
  from: whole(shape.prefix),
  to: whole(shape.prefix),
  table: number,
});

const ruleText = whole(
  `priority \\d+(?: from ${shape.prefix})?(?: to ${shape.prefix})? table \\d+(?: suppress_prefixlength \\d+)?`,
);
const handedThrough: readonly (readonly [RegExp, Shape])[] = [
  [/^connection\.autoconnect-priority$/, /^-?\d{1,3}$/],
  [/^ipv4\.dhcp-client-id$/, /^mac$/],
  [/^ipv6\.method$/, /^(dhcp|auto)$/],
  [/^ipv6\.addr-gen-mode$/, /^eui64$/],
  [/^ipv6\.ip6-privacy$/, /^0$/],
  [/^ipv[46]\.dhcp-send-hostname$/, bool],
  [/^ipv[46]\.ignore-auto-dns$/, bool],
  [/^ipv[46]\.route-table$/, number],
  [/^ipv[46]\.routing-rule\d+$/, ruleText],
];

const common = {
  optional: bool,
  mtu: number,
  dhcp4: bool,
  'dhcp4-overrides': overrides,
  dhcp6: bool,
  'dhcp6-overrides': overrides,
  'dhcp-identifier': /^(mac|duid)$/,
  'accept-ra': /^false$/,
  'link-local': { each: /^ipv[46]$/ },
  addresses: { each: whole(shape.prefix) },
  routes: { each: route },
  'routing-policy': { each: rule },
  networkmanager: mapping(['passthrough'], { passthrough: { keys: handedThrough, needs: [] } }),
};

/** A mapping with one entry, whose key is one of these. */
function oneOf(ids: readonly string[], wanted: Shape): Shape {
  const either = ids.map((id) => id.replace(/[.]/g, '\\.')).join('|');
  return { needs: [], keys: [[new RegExp(`^(?:${either})$`), wanted]] };
}

function mapping(needs: readonly string[], keys: Readonly<Record<string, Shape>>): Shape {
  const exact = (name: string) => new RegExp(`^${name.replace(/[.]/g, '\\.')}$`);
  return { needs, keys: Object.entries(keys).map(([name, wanted]) => [exact(name), wanted] as const) };
}
