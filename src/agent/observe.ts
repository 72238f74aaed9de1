import { findClaims } from '../distro/claims.ts';
import { detectStack } from '../distro/detect.ts';
import { believe } from '../metadata/believe.ts';
import type { Claim } from '../model/claim.ts';
import type { Config } from '../model/config.ts';
import type { InstanceNetwork } from '../model/instance.ts';
import type { KernelState } from '../model/kernel.ts';
import type { Mac } from '../model/mac.ts';
import { fail, ok, type Problem, type Result } from '../model/problem.ts';
import type { State } from '../model/state.ts';
import { findPrimary } from '../network/nic.ts';
import type { Clock } from '../ports/clock.ts';
import type { Ports } from '../ports/ports.ts';
import type { Detected, Session } from './session.ts';

/** What one run knows before it decides anything. */
export interface Observation {
  readonly config: Config;
  /** With the metadata of this run believed into it. */
  readonly state: State;
  readonly instance: InstanceNetwork;
  readonly kernel: KernelState;
  readonly detected: Detected;
  readonly claims: ReadonlyMap<Mac, Claim>;
  /** Why the metadata is from an earlier run, where it is. */
  readonly stale: Problem | null;
  /** Things the metadata stopped listing that wait for a second read. */
  readonly awaiting: readonly string[];
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
 * removed needs no second read to be forgotten.
 */
export function believeRead(
  clock: Pick<Clock, 'now'>,
  ground: Ground,
  read: InstanceNetwork,
  removed: ReadonlySet<Mac>,
): Knowledge {
  const { config, state } = ground;
  const settings = { agreeingReads: config.metadata.agreeingReads, pollMs: config.metadata.poll };
  const { believed } = state;
  const kept = believed?.interfaces.filter((nic) => !removed.has(nic.mac)) ?? [];
  const former = { ...state, believed: believed === null ? null : { ...believed, interfaces: kept } };
  const belief = believe(former, read, clock.now().toISOString(), settings);
  return {
    state: { ...state, believed: belief.believed, missing: belief.missing },
    instance: belief.believed,
    stale: null,
    awaiting: belief.awaiting,
  };
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

/** Looks at the kernel, the stack and who else claims NICs. */
export async function observe(
  ports: Pick<Ports, 'exec' | 'files'>,
  config: Config,
  knowledge: Knowledge,
  kernel: KernelState,
  session: Session,
): Promise<Result<Observation>> {
  const primary = findPrimary(knowledge.instance.primaryMac, kernel)?.name ?? null;
  if (session.detected === null) {
    const detected = await detectStack(ports, primary, config);
    if (!detected.ok) return detected;
    session.detected = detected.value;
  }
  const { detected } = session;
  const claims = await findClaims(ports, detected.stack, kernel.links, knowledge.state);
  if (!claims.ok) return claims;
  return ok({ ...knowledge, config, kernel, detected, claims: claims.value });
}
