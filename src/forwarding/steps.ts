import type { FileChange } from '../model/file.ts';
import { forwardingPath } from '../model/forwarding.ts';
import type { Step } from '../model/step.ts';
import { unloadScript } from './unload.ts';

/** Milliseconds: a few listings and one load, on a machine that boots. */
const timeout = 15_000;
const common = { runAs: 'service', input: null, timeout } as const;

/** Loads what the script says, in place of what is loaded. */
export const loadForwarding: Step = {
  ...common,
  argv: ['sh', forwardingPath, 'start'],
  why: 'mark forwarded connections by the NIC that they came in by',
  mayFail: false,
};

/** Removes what is loaded; it needs no file of ours. */
export const unloadForwarding: Step = {
  ...common,
  argv: ['sh', '-c', unloadScript],
  shown: `remove what ${forwardingPath} loaded`,
  why: 'mark no connections any more',
  mayFail: false,
};

/** Removes what is loaded and the mark rules; the script must still be there. */
export const stopForwarding: Step = {
  ...common,
  argv: ['sh', forwardingPath, 'stop'],
  why: 'remove the marks of forwarded connections and their rules',
  mayFail: true,
};

/** What takes the change of the script back, once the files are as they were; none where it stays. */
export function undoForwarding(changes: readonly FileChange[]): readonly Step[] {
  const change = changes.find(({ path }) => path === forwardingPath);
  if (change === undefined) return [];
  // A way back over several transactions has the steps of all: the script of one of them may be gone by then.
  return [change.before === null ? unloadForwarding : { ...loadForwarding, mayFail: true }];
}
