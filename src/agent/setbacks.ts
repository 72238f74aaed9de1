import type { Problem } from '../model/problem.ts';
import type { Trigger } from '../model/run.ts';
import type { State } from '../model/state.ts';
import type { Session } from './session.ts';

type Memory = Pick<Session, 'setbacks'>;

/** Milliseconds before the second try, doubled with each; at most this far apart. */
const first = 15_000;
const slowest = 16 * 60_000;

/**
 * What is kept in `State.refusedPlan` of a plan that was put back: its digest, so that it is not tried again as it is. A
 * command that was too slow, or the word of a consumer that was only asked (somebody else's file may just be written),
 * says little of the plan itself: null, and {@link isResting} tells when it may be tried again. `now` is monotonic
 * milliseconds.
 */
export function refusalAfter(
  memory: Memory,
  digest: string,
  why: Pick<Problem, 'code'> | 'only asked',
  now: number,
): State['refusedPlan'] {
  if (why !== 'only asked' && why.code !== 'command-timeout') return digest;
  memory.setbacks.set(digest, { tries: (memory.setbacks.get(digest)?.tries ?? 0) + 1, at: now });
  return null;
}

/**
 * The refusal that stands in a run that changes nothing. Where links, metadata, configuration or stack make another plan, the
 * refusal of the former one is over. A drift run does not lift it: the kernel may still be changing after the rollback.
 */
export function refusalAt(
  refused: State['refusedPlan'],
  digest: string,
  { kind }: Pick<Trigger, 'kind'>,
): State['refusedPlan'] {
  return refused === digest || kind === 'drift' ? refused : null;
}

/** True while a plan that was put back for being slow waits for its next try: 15, 30, 60 … s, at most 16 minutes. */
export function isResting(memory: Memory, digest: string, now: number): boolean {
  const setback = memory.setbacks.get(digest);
  if (setback === undefined) return false;
  return now - setback.at < Math.min(slowest, first * 2 ** (setback.tries - 1));
}
