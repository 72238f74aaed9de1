import type { StackId } from '../model/stack.ts';
import type { StackActions } from './actions.ts';
import { ifupdown } from './ifupdown.ts';
import { netplan } from './netplan.ts';
import { networkScripts } from './network-scripts.ts';
import { networkd } from './networkd.ts';
import { networkManager } from './networkmanager.ts';
import { none } from './none.ts';
import { sysconfig } from './sysconfig.ts';
import { wicked } from './wicked.ts';

/** How each stack is made to act. */
export const stackActions: Readonly<Record<StackId, StackActions>> = {
  netplan,
  networkmanager: networkManager,
  networkd,
  wicked,
  sysconfig,
  'network-scripts': networkScripts,
  ifupdown,
  none,
};
