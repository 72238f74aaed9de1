import { LineCounter, parseDocument } from 'yaml';
import type { RenderedFile } from '../../model/file.ts';
import type { Problem } from '../../model/problem.ts';
import { outputProblem } from '../check.ts';
import { check as checkProfile } from '../keyfile/check.ts';
import { checkLeaseRoutes } from '../lease-routes.ts';
import { advertised, check as checkNetworkd, checkTaken, routingPolicyRule } from '../networkd/check.ts';
import { checkSections, key, type SectionRule } from '../sections.ts';
import { shape, whole } from '../shapes.ts';
import { netplanFile, type Shape } from './grammar.ts';

/**
 * A netplan file of ours, read back as YAML: exactly one interface, bound to this NIC's MAC, and no key that the grammar
 * does not foresee (one unknown key stops every NIC at the next boot). Or the drop-in beside it, or what
 * the back end gets directly.
 */
export function check(file: RenderedFile): readonly Problem[] {
  if (/^\/etc\/systemd\/network\/10-netplan-[^/]+\.network\.d\/60-enid\.conf$/.test(file.path)) {
    return [...checkSections(file, dropIn), ...checkTaken(file)];
  }
  if (file.path.startsWith('/etc/systemd/')) return checkNetworkd(file);
  if (file.path.startsWith('/etc/NetworkManager/')) return checkProfile(file);
  const name = /^\/etc\/netplan\/60-enid-([^/]+)\.yaml$/.exec(file.path)?.[1];
  if (name === undefined) return [outputProblem(file, 0, 'not a file of the format netplan')];
  const lines = new LineCounter();
  const document = parseDocument(file.text, { version: '1.1', uniqueKeys: true, lineCounter: lines });
  const wrong = [...document.errors, ...document.warnings];
  if (wrong.length > 0) {
    return wrong.map((error) => {
      return outputProblem(file, lines.linePos(error.pos[0]).line, error.message.split('\n')[0] ?? '');
    });
  }
  const read: unknown = document.toJS();
  return [
    ...compare(read, netplanFile(name, file.mac ?? ''), 'network').map((message) =>
      outputProblem(file, 0, message),
    ),
    ...checkLeaseRoutes(file, takesRoutes('dhcp4'), /^ +ipv4\.route-table: "(\d+)"$/m),
    ...checkLeaseRoutes(file, takesRoutes('dhcp6'), /^ +ipv6\.route-table: "(\d+)"$/m),
    ...((file.mode & 0o077) === 0 ? [] : [outputProblem(file, 0, 'a netplan file must have mode 0600')]),
  ];
}

/** With NetworkManager behind. */
function takesRoutes(client: 'dhcp4' | 'dhcp6'): RegExp {
  return new RegExp(`^ +${client}-overrides:\\n +use-routes: true$`, 'm');
}

const dropIn: Readonly<Record<string, SectionRule>> = {
  Network: { keys: [key('KeepConfiguration', /^(dhcp|dhcp-on-stop)$/), key('IPv6AcceptRA', /^yes$/)] },
  DHCPv4: { keys: [key('RouteTable', whole(shape.number)), key('UseGateway', /^(yes|no)$/)] },
  DHCPv6: { keys: [key('WithoutRA', /^solicit$/), key('IAID', whole(shape.number))] },
  IPv6AcceptRA: advertised,
  RoutingPolicyRule: routingPolicyRule,
};

/** Where a value read from YAML is not of the shape, in words with the path to it. */
function compare(value: unknown, wanted: Shape, place: string): readonly string[] {
  if (wanted instanceof RegExp) {
    const text = typeof value === 'string' ? value : typeof value === 'object' ? null : JSON.stringify(value);
    return text !== null && wanted.test(text) ? [] : [`${place} is not what it takes`];
  }
  if ('each' in wanted) {
    if (!Array.isArray(value) || value.length === 0) return [`${place} is not a list`];
    return value.flatMap((item, index) => compare(item, wanted.each, `${place}[${index}]`));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return [`${place} is not a mapping`];
  const entries = Object.entries(value);
  const missing = wanted.needs.filter((name) => !entries.some(([found]) => found === name));
  return [
    ...missing.map((name) => `${place}.${name} is missing`),
    ...entries.flatMap(([name, item]) => {
      const rule = wanted.keys.find(([pattern]) => pattern.test(name));
      return rule === undefined
        ? [`unknown key ${place}.${name}`]
        : compare(item, rule[1], `${place}.${name}`);
    }),
  ];
}
