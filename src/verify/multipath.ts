import type { IpCommand } from '../model/difference.ts';
import type { KernelRoute } from '../model/kernel.ts';

/**
 * Takes the ways by a device out of a multipath route and leaves the others. Empty when the route has no way by the
 * device. The route is replaced in one step: it may be the default, and is never gone.
 */
export function withoutDevice(route: KernelRoute, device: string): readonly IpCommand[] {
  const [head = '', ...ways] = route.spec.split(' nexthop ');
  const kept = ways.filter((way) => !way.split(' ').includes(device));
  if (kept.length === ways.length) return [];
  const { family } = route;
  if (kept.length === 0) return [{ family, line: `route del ${route.spec}` }];
  return [{ family, line: [`route replace ${head}`, ...kept].join(' nexthop ') }];
}
