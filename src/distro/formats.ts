import type { FormatId, StackId } from '../model/stack.ts';

/** The kinds of files each stack reads; the first is the usual one. */
export const formatsOf: Readonly<Record<StackId, readonly [FormatId, ...FormatId[]]>> = {
  netplan: ['netplan'],
  networkmanager: ['keyfile', 'ifcfg-nm'],
  networkd: ['networkd'],
  wicked: ['ifcfg-suse'],
  sysconfig: ['ifcfg-suse'],
  'network-scripts': ['ifcfg'],
  ifupdown: ['interfaces'],
  none: ['none'],
};
