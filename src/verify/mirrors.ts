import { mirrorProtocol, type ReplicatedRoute } from '../model/desired.ts';
import type { Difference } from '../model/difference.ts';
import type { KernelRoute } from '../model/kernel.ts';
import { replicaWords } from '../model/replica.ts';
import { removeRoute, setReplica } from './commands.ts';
import type { Comparison } from './comparison.ts';
import type { RouteDifferences } from './routes.ts';

/** Routes of main in the NICs' tables, known by protocol 210: missing, or no longer in main as they stand. */
export function mirrorDifferences({ kernel, context, present, owners }: Comparison): RouteDifferences {
  const held = kernel.routes.filter((entry) => entry.protocol === String(mirrorProtocol));
  const tables = new Set(present.map((nic) => nic.table));
  const wanted = context.mirrored.filter((route) => tables.has(route.table));
  const removals = held
    .filter((entry) => owners.has(entry.table) && !wanted.some((route) => isCopy(entry, route)))
    .map((entry): Difference => {
      const mac = owners.get(entry.table) ?? null;
      const text = `${copyOf({ ...entry, words: replicaWords(entry) })} is left`;
      return { kind: 'mirror-surplus', mac, text, mend: [removeRoute(entry)] };
    });
  const additions = wanted
    .filter((route) => !held.some((entry) => isCopy(entry, route)))
    .map((route): Difference => {
      const text = `${copyOf(route)} is missing`;
      const mac = owners.get(route.table) ?? null;
      return { kind: 'mirror-missing', mac, text, mend: [setReplica(route)] };
    });
  return { removals, additions };
}

function copyOf({ destination, words, table }: Omit<ReplicatedRoute, 'family'>): string {
  return `the copy of main's route ${destination} ${words} in table ${table}`;
}

function isCopy(entry: KernelRoute, route: ReplicatedRoute): boolean {
  return (
    entry.family === route.family &&
    entry.table === route.table &&
    entry.destination === route.destination &&
    entry.type === 'unicast' &&
    replicaWords(entry) === route.words
  );
}
