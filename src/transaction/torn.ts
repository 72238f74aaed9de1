import type { Problem } from '../model/problem.ts';
import type { Files } from '../ports/files.ts';
import { loadState } from '../state/load.ts';
import { saveState } from '../state/save.ts';

/**
 * A plan that was torn by a power cut or a kill, before anyone had begun to undo it, did no harm that is known of: it is
 * refused no more, so that its NIC need not wait for a person. Torn again, it stays refused: it may be what brings the
 * machine down. The lock must be held. Gives what stood in the way, if anything did.
 */
export async function allowOnceMore(files: Files, plan: string): Promise<readonly Problem[]> {
  const state = await loadState(files);
  if (!state.ok) return [state.problem];
  const { refusedPlan, tornPlan } = state.value;
  if (refusedPlan !== plan || tornPlan === plan) return [];
  const saved = await saveState(files, { ...state.value, refusedPlan: null, tornPlan: plan });
  return saved.ok ? [] : [saved.problem];
}
