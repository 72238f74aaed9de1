import * as z from 'zod';
import { type Address, addressBits, familyOf, parseAddress } from '../model/address.ts';
import type { AddressWithLength } from '../model/config.ts';
import { globFault } from '../model/glob.ts';
import { type Mac, parseMac } from '../model/mac.ts';

/** Refuses a value, saying what is allowed; `path` points below the value where a part of it is meant. */
export type Refuse = (allowed: string, path?: PropertyKey[]) => never;
export type Read<T> = (value: unknown, refuse: Refuse) => T;

/** A key that may be left out (or left empty) and then has the fallback. */
export function key<T>(fallback: T, read: Read<T>) {
  return z
    .unknown()
    .transform((value, context) => (value === null ? fallback : read(value, refuser(context))))
    .prefault(null);
}

/** A key that must be given. */
export function required<T>(read: Read<T>) {
  return z
    .unknown()
    .transform((value, context) => read(value, refuser(context)))
    .prefault(null);
}

function refuser(context: z.RefinementCtx): Refuse {
  return (allowed, path = []) => {
    context.addIssue({ code: 'custom', message: allowed, path });
    return z.NEVER;
  };
}

/** One of the given words. */
export function word<const T extends string>(words: readonly T[]): Read<T> {
  return (value, refuse) => words.find((one) => one === value) ?? refuse(`one of ${words.join(', ')}`);
}

/** One of the given words, where YAML's `false` is another way to write `no`. */
export function wordOrFalse<const T extends string>(words: readonly (T | 'no')[]): Read<T | 'no'> {
  const read = word(words);
  return (value, refuse) => (value === false ? 'no' : read(value, refuse));
}

export const flag: Read<boolean> = (value, refuse) =>
  typeof value === 'boolean' ? value : refuse('true or false');

/** A whole number within the range, both ends included. */
export function wholeNumber(lowest: number, highest: number): Read<number> {
  return (value, refuse) => {
    const fits = typeof value === 'number' && Number.isInteger(value) && value >= lowest && value <= highest;
    return fits ? value : refuse(`a whole number from ${lowest} to ${highest}`);
  };
}

const milliseconds: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** A duration such as `500ms`, `3s`, `2m` or `1h`, given back in milliseconds; the ends are written the same way. */
export function duration(shortest: string, longest: string): Read<number> {
  const lowest = durationOf(shortest) ?? 0;
  const highest = durationOf(longest) ?? 0;
  const fits = (text: string) => (durationOf(text) ?? 0) > lowest && (durationOf(text) ?? 0) < highest;
  const examples = ['500ms', '3s', '30s', '2m', '30m'].filter(fits).slice(0, 3);
  const allowed = `a duration from ${shortest} to ${longest}, such as ${examples.join(' or ')}`;
  return (value, refuse) => {
    const length = typeof value === 'string' ? durationOf(value) : null;
    return length !== null && length >= lowest && length <= highest ? length : refuse(allowed);
  };
}

function durationOf(text: string): number | null {
  const match = /^(?<count>\d{1,9}(?:\.\d{1,3})?)(?<unit>ms|s|m|h)$/.exec(text);
  return match === null ? null : Math.round(Number(match[1]) * (milliseconds[match[2] ?? ''] ?? 0));
}

/** A list of values; a single value is not taken for a list. `what` names one of them. */
export function list<T>(what: string, read: Read<T>): Read<readonly T[]> {
  return (value, refuse) => {
    if (!Array.isArray(value)) return refuse(`a list of ${what}, such as [a, b]`);
    return value.map((item: unknown, index) =>
      read(item, (allowed, path = []) => refuse(allowed, [index, ...path])),
    );
  };
}

/** A name with globs, a MAC (given back in its canonical form) or an interface id. */
export const nicPattern: Read<string> = (value, refuse) => {
  const allowed =
    'an interface name (wildcards *, ?, [12], [1-3] and [!0]), a whole MAC address or an interface id';
  if (typeof value !== 'string' || !/^[\w.:*?[\]!^@-]{1,64}$/.test(value)) return refuse(allowed);
  const parsed = parseMac(value, '');
  if (parsed.ok && /[:-]/.test(value)) return parsed.value;
  const fault = globFault(value);
  if (fault !== null) return refuse(`${allowed}; this one ${fault}`);
  // No name of a link has a colon (dev_valid_name() of the kernel): a part of a MAC address would fit nothing.
  return value.replace(/\[\[:\w+:\]/g, '').includes(':') ? refuse(allowed) : value;
};

export const mac: Read<Mac> = (value, refuse) => {
  const parsed = parseMac(typeof value === 'string' ? value : '', '');
  return parsed.ok ? parsed.value : refuse('a MAC address such as 00:16:3e:12:16:02');
};

export const address: Read<Address> = (value, refuse) => {
  const parsed = parseAddress(typeof value === 'string' ? value : '', '');
  return parsed.ok ? parsed.value : refuse('an IPv4 or IPv6 address such as 10.0.0.253');
};

export const addressWithLength: Read<AddressWithLength> = (value, refuse) => {
  const match = typeof value === 'string' ? /^(?<address>[^/]+)\/(?<length>\d{1,3})$/.exec(value) : null;
  const parsed = parseAddress(match?.[1] ?? '', '');
  const length = Number(match?.[2]);
  return parsed.ok && length <= addressBits[familyOf(parsed.value)]
    ? { address: parsed.value, length }
    : refuse('an address with its prefix length such as 10.0.0.21/24');
};

/** Lists of addresses by MAC; a MAC written in two ways is refused. */
export const addressesByMac: Read<ReadonlyMap<Mac, readonly AddressWithLength[]>> = (value, refuse) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refuse('a mapping of MAC addresses to lists of addresses');
  }
  const readList = list('addresses with prefix length', addressWithLength);
  const found = new Map<Mac, readonly AddressWithLength[]>();
  for (const [name, addresses] of Object.entries(value)) {
    const parsed = parseMac(name, '');
    if (!parsed.ok || found.has(parsed.value)) {
      refuse(parsed.ok ? 'every MAC address once' : 'a MAC address such as 00:16:3e:12:16:02 as key', [name]);
      continue;
    }
    found.set(
      parsed.value,
      readList(addresses, (allowed, path = []) => refuse(allowed, [name, ...path])),
    );
  }
  return found;
};

/** A path from the root without control characters. */
export const absolutePath: Read<string> = (value, refuse) =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  typeof value === 'string' && /^\/[^\x00-\x1f\x7f]+$/.test(value)
    ? value
    : refuse('an absolute path such as /run/x');

/** The base of a metadata service, given back without a final slash: plain HTTP, nothing behind the port. */
export const endpoint: Read<string> = (value, refuse) => {
  const allowed = 'a plain address such as http://100.100.100.200 (http only, no path)';
  if (typeof value !== 'string' || !/^http:\/\/[\w.:[\]-]+\/?$/i.test(value)) return refuse(allowed);
  try {
    return new URL(value).origin;
  } catch {
    return refuse(allowed);
  }
};
