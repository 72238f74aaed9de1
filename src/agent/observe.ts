import { findClaims } from '../distro/claims.ts';
import { detectStack } from '../distro/detect.ts';
import type { Leases } from '../lease/read.ts';
import type { Claim } from '../model/claim.ts';
import type { Config } from '../model/config.ts';
import type { InstanceNetwork } from '../model/instance.ts';
import type { KernelState } from '../model/kernel.ts';
import type { Mac } from '../model/mac.ts';
import { ok, type Problem, type Result } from '../model/problem.ts';
import type { State } from '../model/state.ts';
import { findPrimary } from '../network/nic.ts';
import type { Ports } from '../ports/ports.ts';
import type { Knowledge } from './knowledge.ts';
import { readTold } from './leases.ts';
import { orphanedFile } from './orphaned-file.ts';
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
  readonly leases: Leases;
  /** Why the metadata is from an earlier run, where it is. */
  readonly stale: Problem | null;
  /** Things the metadata stopped listing that wait for a second read. */
  readonly awaiting: readonly string[];
  /** As `Knowledge.primaryAgreed`. */
  readonly primaryAgreed: boolean;
}

/** Looks at the kernel, the stack, who else claims NICs, and leases. */
export async function observe(
  ports: Pick<Ports, 'exec' | 'files' | 'clock'>,
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
  // Early in boot no service may hold the primary yet: that nobody does is asked again in the next run.
  if (config.stack === 'auto' && detected.stack.id === 'none') session.detected = null;
  const orphaned = orphanedFile(config, detected.stack, knowledge.state.files, primary, kernel);
  if (orphaned !== null) return orphaned;
  const claims = await findClaims(ports, detected.stack, kernel.links, knowledge.state);
  if (!claims.ok) return claims;
  const told = await readTold(ports, config, knowledge, kernel);
  if (!told.ok) return told;
  return ok({ ...knowledge, config, ...told.value, detected, claims: claims.value });
}
