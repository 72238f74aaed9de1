import { families } from '../model/address.ts';
import type { Config } from '../model/config.ts';
import type { DesiredNetwork, DesiredPrimary } from '../model/desired.ts';
import type { KernelAddress, KernelState } from '../model/kernel.ts';
import type { Ports } from '../ports/ports.ts';
import { harm } from '../verify/harm.ts';
import { type GatewayTarget, gatewayProbe, metadataProbe, type Probe, silenced } from '../verify/probe.ts';

type ProbePorts = Pick<Ports, 'exec' | 'http' | 'clock'>;

/** The probes that the configuration asks for; the gateway is asked where the primary has an address and a gateway. */
export function probesOf(
  ports: ProbePorts,
  primary: DesiredPrimary,
  config: Config,
  endpoint: string | null,
): readonly Probe[] {
  const probes: Probe[] = [];
  const target = gatewayOf(primary);
  if (config.rollback.probe.includes('gateway') && target !== null) probes.push(gatewayProbe(ports, target));
  if (config.rollback.probe.includes('metadata') && endpoint !== null)
    probes.push(metadataProbe(ports, { url: `${endpoint}/` }));
  return probes;
}

/** The primary's way out, by which the gateway is asked: of IPv4, or of IPv6 where it has no such way; null for none. */
export function gatewayOf(primary: DesiredPrimary): GatewayTarget | null {
  for (const family of families) {
    const source = primary[family]?.addresses[0];
    const gateway = primary[family]?.gateway ?? null;
    if (source !== undefined && gateway !== null) return { link: primary.name, gateway, source };
  }
  return null;
}

/**
 * Does the address belong to this machine? On the primary only those do that it is known to have, and its leases (by
 * DHCP or router advertisement, which the kernel marks `dynamic`). Any other may be one that moves from machine to
 * machine, and be elsewhere by now.
 */
export function isOwn(primary: DesiredPrimary, { link, address, flags }: KernelAddress): boolean {
  if (link !== primary.name || flags.includes('dynamic')) return true;
  const known = [
    ...families.flatMap((family) => primary[family]?.addresses ?? []),
    ...(primary.further ?? []),
  ];
  return known.includes(address);
}

/**
 * Is the machine as reachable as it was: the primary is up with its own addresses, the default route leads the same
 * way, and what answered before the change answers again?
 */
export async function isReachable(
  ports: Pick<Ports, 'clock'>,
  before: KernelState,
  now: KernelState,
  primary: DesiredPrimary,
  probes: readonly Probe[],
): Promise<boolean> {
  const network: DesiredNetwork = { primary, secondaries: [], setAside: [], sysctls: [] };
  const none = { slots: new Map(), tableBase: 0, gone: [] };
  const lost = harm(before, now, network, none).filter((entry) => !entry.kind.startsWith('foreign-'));
  if (lost.length > 0) return false;
  return (await silenced(probes, ports.clock)).length === 0;
}
