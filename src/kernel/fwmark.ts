import type { KernelRule } from '../model/kernel.ts';

/** Which packet marks a rule matches: those that are `value` in the bits of `mask`. */
export interface Fwmark {
  readonly value: number;
  readonly mask: number;
}

/** Null: the rule does not look at the mark. Without a mask iproute2 means all 32 bits (ip-rule(8)). */
export function fwmarkOf({ special, spec }: Pick<KernelRule, 'special' | 'spec'>): Fwmark | null {
  const words = special ? spec.split(' ') : [];
  const text = words[words.indexOf('fwmark') + 1];
  if (!words.includes('fwmark') || text === undefined) return null;
  const [value = '', mask = '0xffffffff'] = text.split('/');
  return { value: Number(value), mask: Number(mask) };
}
