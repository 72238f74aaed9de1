import type { PolicyRoute } from './desired.ts';
import type { KernelRoute } from './kernel.ts';

/**
 * A route of enid's tables as state.json remembers it (`State.commons`); the same text for what is desired and for what the kernel
 * shows. Without source and metric: the kernel may drop the one and IPv6 adds the other.
 */
export function commonRoute(
  route: Pick<PolicyRoute | KernelRoute, 'family' | 'destination' | 'via' | 'device' | 'table'>,
): string {
  const { family, destination, via, device, table } = route;
  const gateway = via === null ? '' : ` via ${via}`;
  return `${family} route ${destination}${gateway} dev ${device} table ${table}`;
}
