import type { DesiredFamily, DesiredInterface, DesiredNetwork } from '../model/desired.ts';
import { fail, ok, type Result } from '../model/problem.ts';
import { shape, whole } from './shapes.ts';

/**
 * The last look at the values before templates print them: every link name, MAC, address and prefix has the shape that
 * its type promises. The kernel takes nearly anything but `/` and spaces as a link name (dev_valid_name in
 * net/core/dev.c); files carry letters, digits, `_`, `.` and `-`, so that no format needs quoting.
 * Errors: `template-output`, naming the value.
 */
export function checkValues(network: DesiredNetwork): Result<void> {
  const { primary, secondaries } = network;
  const values: (readonly [string, RegExp])[] = [
    [primary.name, link],
    [primary.mac, mac],
    ...[primary.ipv4, primary.ipv6].flatMap((own) => [
      ...optional(ip, ...(own?.addresses ?? []), own?.gateway),
      ...optional(prefix, own?.subnet),
    ]),
    ...secondaries.flatMap(valuesOf),
  ];
  const wrong = values.find(([value, pattern]) => !pattern.test(value));
  if (wrong === undefined) return ok(undefined);
  const advice = 'rename or exclude a NIC whose name no file can carry';
  return fail(
    'template-output',
    JSON.stringify(wrong[0]),
    'a value that no configuration file can carry',
    advice,
  );
}

const link = whole(shape.link);
const mac = whole(shape.mac);
const ip = whole(shape.ip);
const prefix = whole(shape.prefix);

function valuesOf(nic: DesiredInterface): readonly (readonly [string, RegExp])[] {
  return [
    [nic.name, link],
    [nic.mac, mac],
    ...optional(link, nic.vlan?.parent),
    ...optional(mac, nic.vlan?.parentMac),
    ...[nic.ipv4, nic.ipv6].flatMap(familyValues),
    ...nic.routes.flatMap((route) => [
      ...optional(link, route.device),
      ...optional(prefix, route.destination),
      ...optional(ip, route.via, route.source),
    ]),
    ...nic.rules.flatMap((rule) => optional(prefix, rule.from, rule.to)),
  ];
}

function familyValues(own: DesiredFamily | null): readonly (readonly [string, RegExp])[] {
  if (own === null) return [];
  const { address, further, gateway, prefixes, subnet } = own;
  return [...optional(ip, address, ...further, gateway), ...optional(prefix, subnet, ...prefixes)];
}

function optional(
  pattern: RegExp,
  ...values: readonly (string | null | undefined)[]
): readonly (readonly [string, RegExp])[] {
  return values.flatMap((value) =>
    value === null || value === undefined ? [] : [[value, pattern] as const],
  );
}
