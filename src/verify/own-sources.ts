import { formOf } from '../kernel/band.ts';
import type { Prefix } from '../model/address.ts';
import type { DesiredNetwork } from '../model/desired.ts';
import type { KernelRule } from '../model/kernel.ts';
import type { Mac } from '../model/mac.ts';

/** What tells whose table is whose, and what we remember having set (`State.sources`). */
export interface SourceMemory {
  readonly slots: ReadonlyMap<Mac, number>;
  readonly tableBase: number;
  readonly gone: readonly { readonly mac: Mac; readonly table: number }[];
  readonly sources?: ReadonlyMap<Mac, readonly Prefix[]>;
}

/** By table, the sources of the rules `from P lookup T priority T` that are ours: desired, or remembered as set by us. */
export function sourcesByTable(
  network: Pick<DesiredNetwork, 'secondaries'>,
  { slots, tableBase, gone, sources = new Map() }: SourceMemory,
): ReadonlyMap<number, ReadonlySet<Prefix>> {
  const tables = new Map<number, ReadonlySet<Prefix>>();
  const enter = (table: number, own: readonly Prefix[]): void => {
    tables.set(table, new Set([...(tables.get(table) ?? []), ...own]));
  };
  for (const [mac, slot] of slots) enter(tableBase + slot, sources.get(mac) ?? []);
  for (const { mac, table } of gone) enter(table, sources.get(mac) ?? []);
  for (const { mac, table, rules } of network.secondaries) {
    const desired = rules.flatMap(({ from, to }) => (from === null || to !== null ? [] : [from]));
    enter(table, [...(sources.get(mac) ?? []), ...desired]);
  }
  return tables;
}

/** True for a rule of a NIC that is ours. One of the same form that we did not set is somebody else's. */
export function isOwnSource(
  rule: KernelRule,
  base: number,
  sources: ReadonlyMap<number, ReadonlySet<Prefix>>,
): boolean {
  const { table, from } = rule;
  if (table === null || from === null || formOf(rule, base) !== 'source') return false;
  return sources.get(table)?.has(from) === true;
}
