import type { FormatId } from '../model/stack.ts';
import type { Format } from './format.ts';
import { none } from './none/format.ts';

/** Every format, by its id: one line each. */
export const formats: Readonly<Record<FormatId, Format>> = {
  netplan: none,
  keyfile: none,
  'ifcfg-nm': none,
  networkd: none,
  'ifcfg-suse': none,
  ifcfg: none,
  interfaces: none,
  none,
};
