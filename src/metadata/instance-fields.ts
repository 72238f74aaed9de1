import * as z from 'zod';
import {
  type Address,
  addressBits,
  type Family,
  type Prefix,
  parseAddress,
  parsePrefix,
} from '../model/address.ts';
import { type Mac, parseMac } from '../model/mac.ts';
import type { Result } from '../model/problem.ts';

/** A field that may be left out or null; null then. */
export function optional<Schema extends z.ZodType>(schema: Schema) {
  return schema.nullish().transform((value) => value ?? null);
}

/** Text that is read into a type of ours by one of the model's parsers; the parser's code stays with the issue. */
function parsed<T>(read: (text: string) => Result<T>) {
  return z.string().transform((text, context): T => {
    const result = read(text);
    if (result.ok) return result.value;
    const { code, message } = result.problem;
    context.addIssue({ code: 'custom', message, params: { code } });
    return z.NEVER;
  });
}

export const mac = parsed<Mac>((text) => parseMac(text, ''));
export const anyAddress = parsed<Address>((text) => parseAddress(text, ''));

export function addressOf(family: Family) {
  return parsed<Address>((text) => parseAddress(text, '', family));
}

export function prefixOf(family: Family) {
  return parsed<Prefix>((text) => parsePrefix(text, '', family));
}

export function lengthOf(family: Family) {
  return z.int().min(0).max(addressBits[family]);
}

/** Each value once, in the order of their first appearance. */
export function distinct<T>(values: readonly T[]): readonly T[] {
  return [...new Set(values)];
}

/** An identifier: printable ASCII without spaces. */
export const identifier = z
  .string()
  .regex(/^[\x21-\x7e]{1,128}$/, 'not an identifier (1 to 128 printable characters)');

/** A name the kernel takes for a link, of the letters that are also safe in every file we write. */
export const linkName = z.string().regex(/^[A-Za-z0-9][\w.@-]{0,14}$/, 'not an interface name');
