import type { StackActions } from './actions.ts';

/** No network service: the verifier's `ip -batch` sets everything, and there is nothing to restart. */
export const none: StackActions = {
  id: 'none',
  reapplies: () => false,
  release: () => [],
  scoped: () => [],
  service: () => [],
  revive: () => ({ scoped: [], start: [], restart: [] }),
  refusal: () => null,
};
