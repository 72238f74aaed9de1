import { believe } from '../metadata/believe.ts';
import { agreeingReads, readMetadata } from '../metadata/fetch.ts';
import type { Config } from '../model/config.ts';
import type { InstanceInterface, InstanceNetwork } from '../model/instance.ts';
import type { KernelState } from '../model/kernel.ts';
import type { Mac } from '../model/mac.ts';
import { fail, ok, type Problem, type Result } from '../model/problem.ts';
import type { State } from '../model/state.ts';
import { findPrimary } from '../network/nic.ts';
import type { Clock } from '../ports/clock.ts';
import type { Ports } from '../ports/ports.ts';
import type { RunOptions } from './pipeline.ts';
import type { Session } from './session.ts';

/** What the metadata service said; null: not asked, since drift is judged by what was believed a moment ago. */
export type Asked = { readonly read: InstanceNetwork | null; readonly problem: Problem | null } | null;

/** Asks the metadata service, unless nobody needs it; a poll that brings what the last one brought ends there. */
export async function askMetadata(
  ports: Ports,
  config: Config,
  options: RunOptions,
  session: Session,
): Promise<Asked | 'nothing new'> {
  const { kind } = options.trigger;
  if (kind === 'drift' && session.report !== null) return null;
  const before = session.unread;
  const read = await readMetadata(ports, config, session.metadata, options.stopping);
  session.unread = read.ok ? null : read.problem;
  if (!read.ok) {
    const isSame = JSON.stringify(read.problem) === JSON.stringify(before);
    return kind === 'metadata' && isSame && knowsNothing(read.problem, session)
      ? 'nothing new'
      : { read: null, problem: read.problem };
  }
  const { instance } = read.value;
  const isSame = session.settled !== null && JSON.stringify(session.settled) === JSON.stringify(instance);
  return kind === 'metadata' && isSame ? 'nothing new' : { read: instance, problem: null };
}

/** No cloud, and nothing believed of one: there is nothing that a poll could keep in order. */
function knowsNothing({ code }: Problem, { report }: Session): boolean {
  return code === 'provider-unknown' && report?.outcome === 'unknown' && report.interfaces.length === 0;
}

/** Config and state: what must be readable before anything else is asked. */
export interface Ground {
  readonly config: Config;
  readonly state: State;
}

/** The metadata of this run, believed; or, where it cannot be read, what was believed before. */
export interface Knowledge {
  readonly state: State;
  readonly instance: InstanceNetwork;
  readonly stale: Problem | null;
  readonly awaiting: readonly string[];
}

/**
 * What one read of the metadata adds to what was believed before (design section 5). A NIC whose link the kernel
 * removed needs no second read to be forgotten, nor one that neither the read nor the kernel has: they are two witnesses.
 */
export function believeRead(
  clock: Pick<Clock, 'now'>,
  ground: Ground,
  read: InstanceNetwork,
  kernel: Pick<KernelState, 'links'>,
  removed: ReadonlySet<Mac>,
): Knowledge {
  const { config, state } = ground;
  const settings = { agreeingReads: agreeingReads(config), pollMs: config.metadata.poll };
  const { believed } = state;
  const here = macsOf([...read.interfaces, ...kernel.links]);
  // A VLAN's link is of our own making: that it is not there says nothing.
  const isHere = (nic: InstanceInterface): boolean => here.has(nic.mac) || nic.vlan !== null;
  const kept = believed?.interfaces.filter((nic) => isHere(nic) && !removed.has(nic.mac)) ?? [];
  const former = { ...state, believed: believed === null ? null : { ...believed, interfaces: kept } };
  const belief = believe(former, read, clock.now().toISOString(), settings);
  return {
    state: { ...state, believed: belief.believed, missing: belief.missing },
    instance: belief.believed,
    stale: null,
    awaiting: belief.awaiting,
  };
}

function macsOf(entries: readonly { readonly mac: Mac | null }[]): ReadonlySet<Mac | null> {
  return new Set(entries.map((entry) => entry.mac));
}

/**
 * One read that names another primary for the same instance while the former one is still here is no knowledge: the
 * real primary would be configured as a secondary.
 */
export function otherPrimary(
  { believed }: Pick<State, 'believed'>,
  read: InstanceNetwork,
  kernel: KernelState,
): Problem | null {
  const isSame = believed !== null && believed.instanceId !== null && believed.instanceId === read.instanceId;
  if (!isSame || believed.primaryMac === read.primaryMac) return null;
  if (findPrimary(believed.primaryMac, kernel) === undefined) return null;
  const message = `names ${read.primaryMac} as the primary, which was and is ${believed.primaryMac}`;
  return fail('metadata-disagrees', 'metadata', message, 'nothing is changed').problem;
}

/**
 * What was believed before, if it is of this machine: its primary's MAC is here. `why` is told as the reason that it
 * is old; null where it is a moment old and good enough.
 */
export function formerKnowledge(ground: Ground, kernel: KernelState, why: Problem | null): Result<Knowledge> {
  const { believed } = ground.state;
  if (believed === null || findPrimary(believed.primaryMac, kernel) === undefined) {
    const unread = fail('metadata-unreachable', 'metadata', 'nothing is known of this instance yet');
    return why === null ? unread : { ok: false, problem: why };
  }
  return ok({ state: ground.state, instance: believed, stale: why, awaiting: [] });
}

/** What this run goes by: the read, or what was believed before it where there is none. */
export function know(
  ports: Ports,
  ground: Ground,
  kernel: KernelState,
  metadata: Asked,
  options: RunOptions,
  session: Session,
): Result<Knowledge> {
  const read = metadata?.read ?? null;
  const disagreement = read === null ? null : otherPrimary(ground.state, read, kernel);
  if (read !== null && disagreement === null)
    return ok(believeRead(ports.clock, ground, read, kernel, session.removed));
  const problem = disagreement ?? (metadata === null ? session.unread : metadata.problem);
  if (problem !== null && options.unread === 'fail') return { ok: false, problem };
  return formerKnowledge(ground, kernel, problem);
}
