import type { Config } from '../model/config.ts';
import type { DesiredNetwork, DesiredPrimary } from '../model/desired.ts';
import type { KernelState } from '../model/kernel.ts';
import type { Ports } from '../ports/ports.ts';
import { harm } from '../verify/harm.ts';
import { gatewayProbe, metadataProbe, type Probe, silenced } from '../verify/probe.ts';

type ProbePorts = Pick<Ports, 'exec' | 'http' | 'clock'>;

/** The probes that the configuration asks for and the primary's addresses allow. */
export function probesOf(
  ports: ProbePorts,
  primary: DesiredPrimary,
  config: Config,
  endpoint: string | null,
): readonly Probe[] {
  const source = primary.ipv4?.addresses[0];
  const gateway = primary.ipv4?.gateway ?? null;
  const probes: Probe[] = [];
  if (source === undefined) return probes;
  if (config.rollback.probe.includes('gateway') && gateway !== null) {
    probes.push(gatewayProbe(ports, { link: primary.name, gateway, source }));
  }
  if (config.rollback.probe.includes('metadata') && endpoint !== null) {
    probes.push(metadataProbe(ports, { url: `${endpoint}/`, source }));
  }
  return probes;
}

/**
 * Is the machine as reachable as it was: the primary is up with its addresses, the default route leads the same way,
 * and what answered before the change answers again?
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
