import * as z from 'zod';
import {
  type Address,
  type Family,
  type Prefix,
  parseAddress,
  parseNetmask,
  parsePrefix,
} from '../../model/address.ts';
import { type Mac, parseMac, printable } from '../../model/mac.ts';
import type { Result } from '../../model/problem.ts';
import { distinct, identifier, optional } from '../instance-fields.ts';
import { splitList } from './lists.ts';

/**
 * The tree as Alibaba Cloud writes it, read into our types. A leaf that is not there, is null or is empty is null: not
 * said. Objects take further keys (the tree tells of disks, hosts and more); what is taken is checked.
 */

/** A single value: text, perhaps with a line end. */
function single<T>(read: (text: string) => Result<T>) {
  return optional(z.string()).transform((text, context): T | null => {
    const trimmed = text === null ? '' : text.trim();
    return trimmed === '' ? null : taken(read(trimmed), context);
  });
}

/** A list in any of the forms in use. Null: not said; empty: said to be empty. */
function several<T>(read: (text: string) => Result<T>) {
  return optional(
    z.union([z.string(), z.array(z.string())], { error: 'neither text nor a list of texts' }),
  ).transform((value, context): readonly T[] | null => {
    const items = value === null ? null : splitList(value);
    if (items === 'malformed') {
      context.addIssue({ code: 'custom', message: 'a list that does not end' });
      return z.NEVER;
    }
    return items === null ? null : distinct(items.map((item) => taken(read(item), context)));
  });
}

function taken<T>(result: Result<T>, context: z.RefinementCtx): T {
  if (result.ok) return result.value;
  context.addIssue({ code: 'custom', message: result.problem.message });
  return z.NEVER;
}

const address =
  (family: Family) =>
  (text: string): Result<Address> =>
    parseAddress(text, '', family);
const prefix =
  (family: Family) =>
  (text: string): Result<Prefix> =>
    parsePrefix(text, '', family);
const id = optional(
  z
    .string()
    .trim()
    .pipe(z.union([z.literal(''), identifier])),
).transform((text) => (text === '' ? null : text));

const nic = z.object({
  'network-interface-id': id,
  'primary-ip-address': single(address('ipv4')),
  'private-ipv4s': several(address('ipv4')),
  'ipv4-prefixes': several(prefix('ipv4')),
  netmask: single((text) => parseNetmask(text, '')),
  gateway: single(address('ipv4')),
  'vswitch-cidr-block': single(prefix('ipv4')),
  ipv6s: several(address('ipv6')),
  'ipv6-prefixes': several(prefix('ipv6')),
  'ipv6-gateway': single(address('ipv6')),
  'vswitch-ipv6-cidr-block': single(prefix('ipv6')),
});
export type Nic = z.output<typeof nic> & {
  readonly mac: Mac;
  /** Nothing at all is said of it: just attached, or just gone. */
  readonly isBare: boolean;
  /** The leaves that are there, if only as empty text. */
  readonly present: ReadonlySet<string>;
};

/** The records of the NICs by MAC; a key that is no MAC, or the same MAC in two spellings, is malformed. */
const macs = z.record(z.string(), z.object({}).loose()).transform((records, context): readonly Nic[] => {
  const found = new Map<Mac, Nic>();
  for (const [key, record] of Object.entries(records)) {
    const mac = parseMac(key, '');
    const read = nic.safeParse(record);
    if (!mac.ok || found.has(mac.value)) {
      context.addIssue({ code: 'custom', message: `"${printable(key)}" is not one MAC address` });
    } else if (read.success) {
      const isBare = Object.keys(nic.shape).every((leaf) => (record[leaf] ?? '') === '');
      found.set(mac.value, { ...read.data, mac: mac.value, isBare, present: new Set(Object.keys(record)) });
    } else {
      for (const issue of read.error.issues) {
        context.addIssue({ code: 'custom', message: issue.message, path: [key, ...issue.path] });
      }
    }
  }
  return [...found.values()];
});

export const tree = z.object({
  mac: single((text) => parseMac(text, '')),
  'instance-id': id,
  'dns-conf': optional(z.object({ nameservers: several((text) => parseAddress(text, '')) })),
  'private-ipv4': single(address('ipv4')),
  'sub-private-ipv4-list': several(address('ipv4')),
  'vswitch-cidr-block': single(prefix('ipv4')),
  network: optional(z.object({ interfaces: optional(z.object({ macs: optional(macs) })) })),
});
export type Tree = z.output<typeof tree>;
