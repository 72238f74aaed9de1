import type { FormatId } from '../model/stack.ts';
import type { Format } from './format.ts';
import { ifcfg } from './ifcfg/format.ts';
import { ifcfgNm } from './ifcfg-nm/format.ts';
import { ifcfgSuse } from './ifcfg-suse/format.ts';
import { interfaces } from './interfaces/format.ts';
import { keyfile } from './keyfile/format.ts';
import { netplan } from './netplan/format.ts';
import { networkd } from './networkd/format.ts';
import { none } from './none/format.ts';

/** Every format, by its id: one line each. */
export const formats: Readonly<Record<FormatId, Format>> = {
  netplan,
  keyfile,
  'ifcfg-nm': ifcfgNm,
  networkd,
  'ifcfg-suse': ifcfgSuse,
  ifcfg,
  interfaces,
  none,
};
