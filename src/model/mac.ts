import { fail, ok, type Result } from './problem.ts';
import { visible } from './visible.ts';

/** A 48-bit Ethernet address in lower-case colon form, e.g. `00:16:3e:12:16:02`. Made only by {@link parseMac}. */
export type Mac = string & { readonly brand: 'Mac' };

/**
 * Reads a MAC written with colons, hyphens or nothing between the bytes, in either case.
 * Group (multicast) addresses and all zeroes are refused: no interface can carry them.
 * Errors: `bad-mac`.
 */
export function parseMac(text: string, place: string): Result<Mac> {
  const digits = /^[0-9a-f]{2}(?:([:-]?)[0-9a-f]{2})(?:\1[0-9a-f]{2}){4}$/i.test(text)
    ? text.replace(/[:-]/g, '').toLowerCase()
    : '';
  const bytes = digits.match(/../g) ?? [];
  const usable =
    bytes.length === 6 && digits !== '000000000000' && (Number.parseInt(digits.slice(0, 2), 16) & 1) === 0;
  if (!usable) {
    return fail(
      'bad-mac',
      place,
      `"${printable(text)}" is not the MAC address of an interface`,
      'expected e.g. 00:16:3e:12:16:02',
    );
  }
  return ok(bytes.join(':') as Mac);
}

/** Text from outside made safe to print: control characters escaped, cut at 80 characters. */
export function printable(text: string): string {
  const escaped = visible(JSON.stringify(text)).slice(1, -1);
  return escaped.length > 80 ? `${escaped.slice(0, 77)}...` : escaped;
}
