import type { DesiredInterface, PolicyRoute } from '../model/desired.ts';
import type { RenderedFile } from '../model/file.ts';
import { defaultDestination } from '../model/kernel.ts';
import type { Problem } from '../model/problem.ts';
import { outputProblem } from './check.ts';

/**
 * True for the two routes of the NIC's own table that its lease tells as well (IPv6: the advertisements beside it): to the
 * subnet, and the default.
 */
export function isOfLease({ family, table, via, destination }: PolicyRoute, nic: DesiredInterface): boolean {
  return table === nic.table && (via === null || destination === defaultDestination[family]);
}

/**
 * The routes that a lease brings may be taken only into a table of one's own: a group of the file (`[…]` to the next, or the
 * whole) that `takes` them must name the table in a line that `table` finds, the number first; main (254, or 0) is none.
 */
export function checkLeaseRoutes(file: RenderedFile, takes: RegExp, table: RegExp): readonly Problem[] {
  return file.text.split(/^(?=\[)/m).flatMap((group) => {
    if (!takes.test(group)) return [];
    const number = Number(table.exec(group)?.[1] ?? 0);
    if (number !== 0 && number !== 254) return [];
    return [outputProblem(file, 0, 'takes the routes of its lease, and no table for them')];
  });
}
