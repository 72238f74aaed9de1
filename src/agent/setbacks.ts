import type { Problem } from '../model/problem.ts';
import type { State } from '../model/state.ts';
import type { Session } from './session.ts';

/** Tries of one plan before it counts as refused: enough for a machine that was busy, few enough to disturb nobody. */
const patience = 3;

/**
 * What is kept in `State.refusedPlan` of a plan that was put back: its digest, so that it is not tried again as it is. A
 * command that was too slow, or the word of a consumer that was only asked (somebody else's file may just be written),
 * says little of the plan itself: null for the first two times, so that the next poll tries again.
 */
export function refusalAfter(
  session: Pick<Session, 'setbacks'>,
  digest: string,
  why: Pick<Problem, 'code'> | 'only asked',
): State['refusedPlan'] {
  if (why !== 'only asked' && why.code !== 'command-timeout') return digest;
  const tries = (session.setbacks.get(digest) ?? 0) + 1;
  session.setbacks.set(digest, tries);
  return tries < patience ? null : digest;
}
