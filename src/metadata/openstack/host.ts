import {
  type Address,
  addressBits,
  type Family,
  familyOf,
  parseAddress,
  parseNetmask,
} from '../../model/address.ts';
import { printable } from '../../model/mac.ts';
import { fail, ok, type Result } from '../../model/problem.ts';

/** An address within its network. */
export interface Host {
  readonly address: Address;
  /** Of the network; null where it is not told. */
  readonly length: number | null;
}

/**
 * Reads an address and its mask in every form in use: `10.0.0.5` and `255.255.255.0`, `fd00::5` and
 * `ffff:ffff:ffff:ffff::`, `fd00::5/64`, or a mask that is a number. Errors: `bad-address`, `bad-prefix`.
 */
export function readHost(text: string, mask: string | number | null, family: Family): Result<Host> {
  const [base = '', suffix, ...rest] = text.split('/');
  const address = parseAddress(base, '', family);
  if (!address.ok) return address;
  const masks = [suffix, mask].filter((one) => one !== undefined && one !== null && one !== '');
  const lengths = new Set<number>();
  for (const one of masks) {
    const length = readMask(String(one), family);
    if (!length.ok) return length;
    lengths.add(length.value);
  }
  if (rest.length > 0 || lengths.size > 1)
    return fail('bad-prefix', '', `"${printable(text)}" with the mask "${printable(String(mask))}"`);
  return ok({ address: address.value, length: [...lengths][0] ?? null });
}

function readMask(text: string, family: Family): Result<number> {
  if (/^\d{1,3}$/.test(text) && Number(text) <= addressBits[family]) return ok(Number(text));
  const length = parseNetmask(text, '');
  return length.ok && familyOf(text as Address) !== family
    ? fail('bad-prefix', '', `"${printable(text)}" is a mask of the other family`)
    : length;
}
