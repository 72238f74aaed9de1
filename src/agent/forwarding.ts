import { collisionOf } from '../forwarding/collision.ts';
import { desireForwarding } from '../forwarding/desire.ts';
import { type Loaded, loadedForwarding } from '../forwarding/loaded.ts';
import { type MarkRule, markRuleDifferences, ownMarkRules } from '../forwarding/mark-rules.ts';
import { readMarkUses } from '../forwarding/read-uses.ts';
import { forwardingFile, forwardingId } from '../forwarding/script.ts';
import type { Difference } from '../model/difference.ts';
import type { RenderedFile } from '../model/file.ts';
import { type DesiredForwarding, forwardingPath } from '../model/forwarding.ts';
import type { KernelState } from '../model/kernel.ts';
import type { Problem, Result } from '../model/problem.ts';
import type { Wanted } from '../network/desire.ts';
import type { Ports } from '../ports/ports.ts';
import type { Observation } from './observe.ts';

/** How replies of forwarded connections are to be routed, and what stands in the way. */
export interface IntendedForwarding {
  /** Null: by table main, or the mask is not free. */
  readonly desired: DesiredForwarding | null;
  /** Mark rules of NICs of ours are enid's; where nothing was ever loaded they are a person's. */
  readonly ownsRules: boolean;
  readonly files: readonly RenderedFile[];
  readonly notes: readonly string[];
  readonly problems: readonly Problem[];
  /** What is loaded is not what the script loads. */
  readonly differences: readonly Difference[];
}

/**
 * Decides it for one observation. A mask that is not free is refused; one that is in force already stays, and its user is reported.
 * What cannot be found out is a problem in the answer, and changes nothing that is loaded.
 */
export async function intendForwarding(
  ports: Pick<Ports, 'exec' | 'files'>,
  seen: Pick<Observation, 'config' | 'state' | 'kernel'>,
  { network, slots }: Wanted,
): Promise<IntendedForwarding> {
  const { config, state, kernel } = seen;
  const { mask } = config.forwarding;
  const wish = desireForwarding(config.forwarding, network.secondaries, kernel, config.tableBase);
  const own = ownMarkRules(kernel.rules, slots, config.tableBase);
  const obstacle = wish.forwarding === null ? null : await obstacleTo(ports, mask, kernel, own);
  const loaded = await loadedForwarding(ports);
  const isOwned = state.files.has(forwardingPath);
  const isInForce = isOwned && own.some((rule) => rule.mask === mask);
  const desired = obstacle === null || isInForce ? wish.forwarding : null;
  return {
    desired,
    ownsRules: desired !== null || isOwned || (loaded.ok && loaded.value !== null),
    files: desired === null ? [] : [forwardingFile(desired)],
    notes: wish.notes,
    problems: [obstacle, loaded.ok ? null : loaded.problem].filter((problem) => problem !== null),
    differences: loaded.ok ? loadedDifferences(desired, loaded.value) : [],
  };
}

async function obstacleTo(
  ports: Pick<Ports, 'exec' | 'files'>,
  mask: number,
  kernel: KernelState,
  own: readonly MarkRule[],
): Promise<Problem | null> {
  const uses = await readMarkUses(ports);
  if (!uses.ok) return uses.problem;
  return collisionOf(mask, { kernel, uses: uses.value, own: new Set(own.map(({ rule }) => rule)) });
}

/** The mark rules in the kernel against those that are desired. */
export function compareMarkRules(
  { kernel, config }: Pick<Observation, 'kernel' | 'config'>,
  { desired, ownsRules }: IntendedForwarding,
  { slots }: Wanted,
): readonly Difference[] {
  return ownsRules ? markRuleDifferences(kernel.rules, desired, slots, config.tableBase) : [];
}

function loadedDifferences(desired: DesiredForwarding | null, loaded: Loaded | null): readonly Difference[] {
  const text = differenceText(desired, loaded);
  return text === null ? [] : [{ kind: 'forwarding', mac: null, text, mend: [] }];
}

function differenceText(desired: DesiredForwarding | null, loaded: Loaded | null): string | null {
  if (desired === null) return loaded === null ? null : `what ${forwardingPath} loaded is left`;
  if (loaded === null) return `${forwardingPath} is not loaded`;
  if (loaded.id !== forwardingId(desired)) return `another ${forwardingPath} is loaded`;
  return loaded.isWhole ? null : `what ${forwardingPath} loaded was changed or removed`;
}

/** What is still not loaded after a change. Errors: as `loadedForwarding`. */
export async function forwardingDifferences(
  ports: Pick<Ports, 'exec' | 'files'>,
  { desired }: IntendedForwarding,
): Promise<Result<readonly Difference[]>> {
  const loaded = await loadedForwarding(ports);
  return loaded.ok ? { ok: true, value: loadedDifferences(desired, loaded.value) } : loaded;
}

/** Why the kernel should be read now: what was loaded was changed. Null also where that cannot be found out. */
export async function forwardingDrift(ports: Pick<Ports, 'exec' | 'files'>): Promise<string | null> {
  const loaded = await loadedForwarding(ports);
  return loaded.ok && loaded.value !== null && !loaded.value.isWhole
    ? 'the marks of forwarded connections were changed'
    : null;
}
