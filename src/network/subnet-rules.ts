import { type Family, type Prefix, splitPrefix } from '../model/address.ts';
import { lastSubnetOffset, type PolicyRule } from '../model/desired.ts';
import { mainTable } from '../model/kernel.ts';
import type { RuleForms } from '../model/rule-forms.ts';

/** A subnet that secondaries are in, and where its routes stand. */
export interface ServedSubnet {
  readonly family: Family;
  readonly subnet: Prefix;
  /** The table of the secondary by which new connections leave. */
  readonly table: number;
  /** A DHCP client keeps the connected route in main. */
  readonly inMain: boolean;
  /** The primary is in the subnet too, and new connections leave by it. */
  readonly shared: boolean;
  /** `table_base`: also the number of the table that holds the primary's own routes. */
  readonly base: number;
}

/**
 * The rules by which a new connection of this host into a secondary's subnet leaves by that secondary, and nothing else
 * does: replies and forwarded packets have a source, and go as they went before the NIC came. IPv4 has a form for a lookup
 * without a source, `from 0.0.0.0/32`. IPv6 has none, nor has every consumer: there every possible source is sent to main first,
 * and what is left has none. What main knows more closely than the subnet (a container network, a static route) comes
 * before the subnet.
 *
 * Where the connected route is in main it is the other way round: what has a source goes by the primary's own table, and a new
 * connection by main. Where main has the routes of two NICs to one subnet, everything goes by the primary's table. Where the
 * subnet is the primary's as well and main has only the primary's route, main is right and there is no rule.
 *
 * The priorities are the last of the band that are given, in this order, after every NIC's own rules.
 */
export function subnetRules(served: ServedSubnet, forms: RuleForms): readonly PolicyRule[] {
  const { table, inMain, shared, base } = served;
  const hasForm = served.family === 'ipv4' && forms.unspecifiedSource;
  if (inMain) {
    const first = closer(served, null, forms);
    if (shared) return inOrder(served, [first, lookups([null], base)]);
    if (hasForm) return inOrder(served, [first, lookups([unspecified], mainTable), lookups([null], base)]);
    return inOrder(served, [first, lookups(everySource(served.family, forms.unspecifiedSource), base)]);
  }
  if (shared) return [];
  if (hasForm) return inOrder(served, [closer(served, unspecified, forms), lookups([unspecified], table)]);
  const sources = everySource(served.family, forms.unspecifiedSource);
  return inOrder(served, [lookups(sources, mainTable), closer(served, null, forms), lookups([null], table)]);
}

type Lookup = Pick<PolicyRule, 'from' | 'table' | 'suppressPrefixLength'>;

const unspecified = '0.0.0.0/32' as Prefix;

/** Together every address that can be a source, without 0.0.0.0 and `::`. */
const sourcesOf = {
  ipv4: [
    '1.0.0.0/8',
    '2.0.0.0/7',
    '4.0.0.0/6',
    '8.0.0.0/5',
    '16.0.0.0/4',
    '32.0.0.0/3',
    '64.0.0.0/2',
    '128.0.0.0/1',
  ],
  ipv6: ['64:ff9b::/32', '2000::/3', '4000::/2', '8000::/1'],
  /** No lookup without a source matches an IPv6 rule with `from`, whatever the prefix. */
  halves: ['::/1', '8000::/1'],
} as const;

function everySource(family: Family, zeroes: boolean): readonly Prefix[] {
  return sourcesOf[family === 'ipv6' && zeroes ? 'halves' : family].map((prefix) => prefix as Prefix);
}

function lookups(sources: readonly (Prefix | null)[], table: number): readonly Lookup[] {
  return sources.map((from) => ({ from, table, suppressPrefixLength: null }));
}

function closer({ subnet }: ServedSubnet, from: Prefix | null, forms: RuleForms): readonly Lookup[] {
  const { length } = splitPrefix(subnet);
  return forms.suppressPrefixLength ? [{ from, table: mainTable, suppressPrefixLength: length }] : [];
}

/** Each step at a priority of its own, the last step last in the band. */
function inOrder(
  { family, subnet, base }: ServedSubnet,
  steps: readonly (readonly Lookup[])[],
): readonly PolicyRule[] {
  const first = base + lastSubnetOffset + 1 - steps.length;
  return steps.flatMap((step, index) =>
    step.map((lookup) => ({ family, priority: first + index, to: subnet, ...lookup })),
  );
}
