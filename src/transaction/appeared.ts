import { dropRoute, dropRule } from '../kernel/replay.ts';
import type { IpCommand } from '../model/difference.ts';
import { type KernelRoute, type KernelRule, type KernelState, localTable } from '../model/kernel.ts';

/** Routes that the kernel makes and removes by itself. */
const byKernel = new Set(['kernel', 'ra', 'redirect']);

/**
 * The commands that remove the rules and routes of others that `now` holds and `before` does not, rules first. Only for when
 * packets take another way than before: what came beside a change and harms nothing is not enid's to remove. `ours` tells
 * what is left out because enid sets it anew.
 */
export function appeared(
  before: KernelState,
  now: KernelState,
  ours: (entry: KernelRoute | KernelRule) => boolean,
): readonly IpCommand[] {
  const known = new Set([...before.routes, ...before.rules].map(keyOf));
  const isNew = (entry: KernelRoute | KernelRule): boolean => !ours(entry) && !known.has(keyOf(entry));
  const routes = now.routes.filter(
    (route) => isNew(route) && route.table !== localTable && !byKernel.has(route.protocol ?? ''),
  );
  return [...now.rules.filter(isNew).map(dropRule), ...routes.map(dropRoute)];
}

function keyOf(entry: KernelRoute | KernelRule): string {
  return 'priority' in entry
    ? `rule ${entry.family} ${entry.spec}`
    : `route ${entry.family} ${entry.table} ${entry.spec}`;
}
