import type { KernelRoute } from './kernel.ts';

/** What differs between a route and its copy in another table, each with a value. The copy has no source: a rule has chosen it. */
const ofPlace = new Set(['table', 'proto', 'metric', 'scope', 'src', 'pref']);
/** Where an encapsulation ends, which has words of its own, `src` among them. */
const afterEncap = /^(?:via|dev|nexthop)$/;

/**
 * The way of a route, without destination, table and all else in which its copy in another table differs: the same text for a
 * route and for its copy as the kernel shows it, and what `ip route replace DESTINATION table T` takes to make the copy.
 */
export function replicaWords({ spec, type }: Pick<KernelRoute, 'spec' | 'type'>): string {
  const tokens = spec.split(' ').slice(type === 'unicast' ? 1 : 2);
  const kept: string[] = [];
  let isEncap = false;
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at] ?? '';
    isEncap = token === 'encap' || (isEncap && !afterEncap.test(token));
    if (!isEncap && ofPlace.has(token)) at++;
    else kept.push(token);
  }
  return kept.join(' ');
}

/** The links by which a route leads: one, or those of a multipath route. */
export function linksOf({ device, spec }: Pick<KernelRoute, 'device' | 'spec'>): readonly string[] {
  if (device !== null) return [device];
  return [...spec.matchAll(/(?:^| )dev (\S+)/g)].flatMap((match) => match[1] ?? []);
}
