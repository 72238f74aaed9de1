import { families } from '../model/address.ts';
import type { DesiredPrimary } from '../model/desired.ts';
import type { KernelState } from '../model/kernel.ts';
import type { Ports } from '../ports/ports.ts';
import { loadState } from '../state/load.ts';
import type { World } from '../transaction/ladder.ts';
import type { Planned } from '../transaction/records.ts';
import { gatewayProbe } from '../verify/probe.ts';
import { primaryBefore } from './primary-before.ts';
import { gatewayOf } from './reach.ts';
import { unjudged, worldOf } from './world.ts';

/**
 * The machine with the snapshot of the journal as the measure; null where nothing was going to be activated. The
 * gateway is asked only where the journal says that it answered before.
 */
export async function worldBefore(
  ports: Ports,
  { snapshot, undo, answered = [] }: Pick<Planned, 'snapshot' | 'undo' | 'answered'>,
): Promise<World | null> {
  if (snapshot === null) return null;
  const primary = await ownPrimary(ports, snapshot, undo.primary);
  if (primary === null) return unjudged(ports);
  const target = answered.includes('gateway') ? gatewayOf(primary) : null;
  return worldOf(ports, snapshot, primary, target === null ? [] : [gatewayProbe(ports, target)]);
}

/** The primary as the snapshot shows it, with the addresses that are its own by the last metadata that was believed. */
export async function ownPrimary(
  ports: Pick<Ports, 'files'>,
  snapshot: KernelState,
  name: string | null,
): Promise<DesiredPrimary | null> {
  if (name === null) return null;
  const state = await loadState(ports.files);
  const believed = state.ok ? state.value.believed : null;
  const nic = believed?.interfaces.find((entry) => entry.mac === believed.primaryMac);
  const listed = nic === undefined ? null : families.flatMap((family) => nic[family].addresses ?? []);
  return primaryBefore(snapshot, name, listed);
}
