import { type KernelRoute, mainTable } from '../model/kernel.ts';

/** True for a default in main for all packets; one that refuses them leads nowhere and is none. */
export function isMainDefault(route: KernelRoute): boolean {
  const isDefault = route.destination.endsWith('/0') && route.type === 'unicast';
  return isDefault && route.table === mainTable && !isBySource(route);
}

/** An IPv6 route for packets from a certain prefix only (`… from P via …`). */
export function isBySource(entry: KernelRoute): boolean {
  return entry.spec.split(' ').includes('from');
}

/** The device of a route, or those of a multipath route. */
export function devicesOf(route: KernelRoute): readonly string[] {
  if (route.device !== null) return [route.device];
  return [...route.spec.matchAll(/(?:^| )dev (\S+)/g)].flatMap((match) => match[1] ?? []);
}
