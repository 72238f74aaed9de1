import type { ForwardingConfig } from '../model/config.ts';
import { defaultConfig } from './defaults.ts';
import { type Read, type Refuse, word } from './values.ts';

const { mode: defaultMode, mask: defaultMask } = defaultConfig.forwarding;
const modes = ['follow-main', 'symmetric'] as const;
const readMode = word(modes);

/** `follow-main`, `symmetric`, or a mapping with `mode` and `mask`, of which each may be left out. */
export const forwarding: Read<ForwardingConfig> = (value, refuse) => {
  if (typeof value === 'string')
    return { mode: readMode(value, () => refuse(allowedAsWhole)), mask: defaultMask };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse(allowedAsWhole);
  const given = new Map<string, unknown>(Object.entries(value));
  for (const name of given.keys())
    if (name !== 'mode' && name !== 'mask') refuse('the keys mode and mask', [name]);
  return {
    mode: readMode(given.get('mode') ?? defaultMode, (allowed) => refuse(allowed, ['mode'])),
    mask: readMask(given.get('mask') ?? defaultMask, refuse),
  };
};

const allowedAsWhole = `one of ${modes.join(', ')}, or a mapping with the keys mode and mask`;

/** YAML reads `0x7f` as a number; in quotes it is text. */
function readMask(value: unknown, refuse: Refuse): number {
  const isHex = typeof value === 'string' && /^0x[0-9a-fA-F]{1,8}$/.test(value);
  const mask = isHex ? Number.parseInt(value, 16) : value;
  const fits = typeof mask === 'number' && Number.isInteger(mask) && mask >= 1 && mask <= 0xffffffff;
  return fits ? mask : refuse('a mask of 32 bits from 0x1 to 0xffffffff, such as 0x7f', ['mask']);
}
