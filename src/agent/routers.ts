import { heardRouter } from '../kernel/heard-router.ts';
import type { Leases } from '../lease/read.ts';
import type { KernelState, Link } from '../model/kernel.ts';
import type { Lease } from '../model/lease.ts';
import { ok, type Result } from '../model/problem.ts';
import type { State } from '../model/state.ts';
import { learn } from '../network/learn.ts';
import type { Ports } from '../ports/ports.ts';

/**
 * Adds what an IPv6 lease has no word for, where the stack put no advertisement into a table: the router that the link has heard.
 * Asked only of links whose gateway nothing else tells, or told before. Errors: as `heardRouter`.
 */
export async function withRouters(
  { exec }: Pick<Ports, 'exec'>,
  leases: Leases,
  links: readonly Link[],
  kernel: KernelState,
  state: Pick<State, 'learned'>,
): Promise<Result<Leases>> {
  const told = new Map(leases);
  for (const { name, mac } of links) {
    if (mac === null) continue;
    const known = leases.get(mac) ?? [];
    const own = learn({
      family: 'ipv6',
      device: name,
      kernel,
      leases: known,
      remembered: state.learned.get(mac),
    });
    if (own === null || own.gateway !== null) continue;
    const heard = await heardRouter(exec, name);
    if (!heard.ok) return heard;
    const lease: Lease = { address: own.address, gateway: heard.value, prefixLength: null, mac };
    if (heard.value !== null) told.set(mac, [...known, lease]);
  }
  return ok(told);
}
