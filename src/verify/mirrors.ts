import { mirrorProtocol, type PolicyRoute } from '../model/desired.ts';
import type { Difference } from '../model/difference.ts';
import { removeRoute, setMirror } from './commands.ts';
import type { Comparison } from './comparison.ts';
import { isMatch, type RouteDifferences } from './routes.ts';

/** Routes of local virtual networks in the NICs' tables, known by protocol 210: missing or no longer in main. */
export function mirrorDifferences({ kernel, context, present, owners }: Comparison): RouteDifferences {
  const held = kernel.routes.filter((entry) => entry.protocol === String(mirrorProtocol));
  const tables = new Set(present.map((nic) => nic.table));
  const wanted = context.mirrored.filter((route) => tables.has(route.table));
  const removals = held
    .filter((entry) => owners.has(entry.table) && !wanted.some((route) => isMatch(entry, route)))
    .map((entry): Difference => {
      const text = `mirrored route ${entry.spec} is left in table ${entry.table}`;
      return {
        kind: 'mirror-surplus',
        mac: owners.get(entry.table) ?? null,
        text,
        mend: [removeRoute(entry)],
      };
    });
  const additions = wanted
    .filter((route) => !held.some((entry) => isMatch(entry, route)))
    .map((route): Difference => missing(route, owners.get(route.table) ?? null));
  return { removals, additions };
}

function missing(route: PolicyRoute, mac: Difference['mac']): Difference {
  const text = `route to ${route.destination} by ${route.device} is not mirrored into table ${route.table}`;
  return { kind: 'mirror-missing', mac, text, mend: [setMirror(route)] };
}
