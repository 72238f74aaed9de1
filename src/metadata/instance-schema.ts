import * as z from 'zod';
import type { Family, Prefix } from '../model/address.ts';
import type { InstanceInterface, InstanceNetwork, InstanceRoute } from '../model/instance.ts';
import { defaultDestination } from '../model/kernel.ts';
import { type Mac, printable } from '../model/mac.ts';
import { fail, ok, type ProblemCode, type Result } from '../model/problem.ts';
import { hasControlCharacter } from './control.ts';
import {
  addressOf,
  anyAddress,
  distinct,
  identifier,
  lengthOf,
  linkName,
  mac,
  optional,
  prefixOf,
} from './instance-fields.ts';

export { instanceJson, printInstance } from './instance-text.ts';

/** What a family is when nothing is said: IPv4 by DHCP, as every cloud here serves it; of IPv6 nothing is known. */
function family(name: Family) {
  const shape = z.strictObject({
    dhcp: optional(z.boolean()),
    addresses: optional(z.array(addressOf(name)).transform(distinct)),
    prefixLength: optional(lengthOf(name)),
    subnet: optional(prefixOf(name)),
    gateway: optional(addressOf(name)),
    prefixes: optional(z.array(prefixOf(name)).transform(distinct)),
    routes: optional(z.array(route(name)).refine(isOneEach, 'two routes to one destination')),
  });
  return z
    .preprocess((value) => value ?? {}, shape)
    .transform(({ routes, ...said }) => ({
      ...said,
      dhcp: said.dhcp ?? name === 'ipv4',
      ...(routes === null || routes.length === 0 ? {} : { routes }),
    }));
}

function route(name: Family) {
  const isBehind = (destination: Prefix) => destination !== defaultDestination[name];
  return z.strictObject({
    destination: prefixOf(name).refine(isBehind, 'a default is said as the gateway'),
    via: addressOf(name),
  });
}

function isOneEach(routes: readonly InstanceRoute[]): boolean {
  return new Set(routes.map(({ destination }) => destination)).size === routes.length;
}

const nic = z.strictObject({
  mac,
  name: optional(linkName),
  id: optional(identifier),
  primary: optional(z.boolean()),
  mtu: optional(z.int().min(68).max(65_535)),
  ipv4: family('ipv4').prefault({}),
  ipv6: family('ipv6').prefault({}),
  vlan: optional(z.strictObject({ parentMac: mac, id: z.int().min(1).max(4094) })),
  bond: optional(z.strictObject({ members: z.array(mac).transform(distinct) })),
});

const document = z.strictObject({
  schema: optional(z.literal(1)),
  cloud: optional(identifier),
  instanceId: optional(identifier),
  asOf: optional(z.literal('boot')),
  primaryMac: optional(mac),
  dns: optional(z.array(anyAddress).transform(distinct)),
  interfaces: z.array(nic),
});

/**
 * Reads the form of `enid metadata --json` (design section 2). Only `interfaces` and each `mac` have to be there, and
 * which one is the primary has to follow, from `primaryMac` or from the one NIC marked `primary`. Whatever is not said is
 * null, except: `dhcp` is true for IPv4 and false for IPv6, `dns` is empty, `cloud` is `unknown`. A key that does
 * not exist is an error, so that a slip of the pen does not silently leave a NIC without its gateway.
 * `place` names the source; problems add the path of the field to it.
 * Errors: `control-character`, `bad-mac`, `bad-address`, `bad-prefix`, `metadata-malformed` (shape, type, range, a MAC
 * twice), `metadata-incomplete` (no primary), `metadata-disagrees` (two primaries).
 */
export function parseInstance(json: unknown, place: string): Result<InstanceNetwork> {
  const read = document.safeParse(json);
  if (!read.success) return malformed(read.error.issues[0], json, place);
  const { cloud, instanceId, asOf, dns, interfaces } = read.data;
  const primary = primaryOf(read.data, place);
  if (!primary.ok) return primary;
  const nics = interfaces.map(
    ({ bond, ...one }): InstanceInterface => ({
      ...one,
      primary: one.mac === primary.value,
      ...(bond === null ? {} : { bond }),
    }),
  );
  return ok({
    schema: 1,
    cloud: cloud ?? 'unknown',
    instanceId,
    ...(asOf === null ? {} : { asOf }),
    primaryMac: primary.value,
    dns: dns ?? [],
    interfaces: nics,
  });
}

function primaryOf(read: z.output<typeof document>, place: string): Result<Mac> {
  const macs = read.interfaces.map((one) => one.mac);
  const twice = macs.find((one, index) => macs.indexOf(one) !== index);
  if (twice !== undefined)
    return fail('metadata-malformed', `${place}: interfaces`, `${twice} is listed twice`);
  const marked = read.interfaces.filter((one) => one.primary === true).map((one) => one.mac);
  const named = read.primaryMac ?? marked[0];
  if (named === undefined) {
    const advice = 'set primaryMac, or "primary": true on one of them';
    return fail(
      'metadata-incomplete',
      `${place}: primaryMac`,
      'no interface is marked as the primary',
      advice,
    );
  }
  const own = read.interfaces.find((one) => one.mac === named);
  if (own === undefined)
    return fail('metadata-incomplete', `${place}: interfaces`, `the primary ${named} is not among them`);
  if (own.primary === false || marked.some((one) => one !== named)) {
    return fail(
      'metadata-disagrees',
      `${place}: interfaces`,
      `primaryMac ${named} and the "primary" marks say different things`,
    );
  }
  return ok(named);
}

function malformed(issue: z.core.$ZodIssue | undefined, json: unknown, place: string): Result<never> {
  const steps = issue?.path ?? [];
  const path = steps.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('');
  const where = path === '' ? place : `${place}: ${path.replace(/^\./, '')}`;
  const value = valueAt(json, steps);
  if (typeof value === 'string' && hasControlCharacter(value)) {
    return fail('control-character', where, `"${printable(value)}" holds a control character`);
  }
  if (issue?.code === 'custom') return fail(codeOf(issue.params?.code), where, issue.message);
  if (issue?.code === 'unrecognized_keys') {
    return fail('metadata-malformed', where, `unknown key ${issue.keys.map(printable).join(', ')}`);
  }
  return fail('metadata-malformed', where, issue?.message ?? 'not in the form of `enid metadata --json`');
}

function valueAt(json: unknown, path: readonly PropertyKey[]): unknown {
  let current: unknown = json;
  for (const step of path) {
    if (typeof current !== 'object' || current === null) return undefined;
    current = Object.getOwnPropertyDescriptor(current, step)?.value;
  }
  return current;
}

const parserCodes: readonly ProblemCode[] = ['bad-mac', 'bad-address', 'bad-prefix'];

function codeOf(code: unknown): ProblemCode {
  return parserCodes.find((one) => one === code) ?? 'metadata-malformed';
}
