import { printable } from '../model/mac.ts';
import { fail, ok, type Result } from '../model/problem.ts';

/**
 * Reads one value of a parsed JSON document; `place` is its path, such as `files./etc/x.mode`. A small strict reader
 * for state.json, which enid wrote itself: zod would cost more start-up time than the file is worth.
 * Errors: `state-corrupt`, or what a parser of the model says.
 */
export type Decode<T> = (value: unknown, place: string) => Result<T>;

type Shape = Readonly<Record<string, Decode<unknown>>>;
type Decoded<S extends Shape> = { readonly [K in keyof S]: S[K] extends Decode<infer T> ? T : never };

/** An object with these keys, every one present, and none beside them but those that may be left out. */
export function object<S extends Shape, O extends Shape = Record<never, never>>(
  required: S,
  leftOut?: O,
): Decode<Decoded<S> & Partial<Decoded<O>>> {
  return (value, place) => {
    if (!isRecord(value)) return wrong(place, 'is not an object');
    const said = Object.entries(leftOut ?? {}).filter(([key]) => key in value);
    const shape: Shape = { ...required, ...Object.fromEntries(said) };
    const surplus = Object.keys(value).find((key) => !Object.keys(shape).includes(key));
    if (surplus !== undefined) return wrong(place, `has the unknown key "${printable(surplus)}"`);
    const read: Record<string, unknown> = {};
    for (const [key, decode] of Object.entries(shape)) {
      const member = decode(value[key], place === '' ? key : `${place}.${key}`);
      if (!member.ok) return member;
      read[key] = member.value;
    }
    return ok(read as Decoded<S> & Partial<Decoded<O>>);
  };
}

/** An object used as a map; each key is read too. */
export function map<K extends string, V>(key: Decode<K>, item: Decode<V>): Decode<ReadonlyMap<K, V>> {
  return (value, place) => {
    if (!isRecord(value)) return wrong(place, 'is not an object');
    const read = new Map<K, V>();
    for (const [name, member] of Object.entries(value)) {
      const here = `${place}.${printable(name)}`;
      const [one, other] = [key(name, here), item(member, here)];
      if (!one.ok) return one;
      if (!other.ok) return other;
      read.set(one.value, other.value);
    }
    return ok(read);
  };
}

export function list<T>(item: Decode<T>): Decode<readonly T[]> {
  return (value, place) => {
    if (!Array.isArray(value)) return wrong(place, 'is not a list');
    const read: T[] = [];
    for (const [index, member] of value.entries()) {
      const one = item(member, `${place}[${index}]`);
      if (!one.ok) return one;
      read.push(one.value);
    }
    return ok(read);
  };
}

export function nullable<T>(decode: Decode<T>): Decode<T | null> {
  return (value, place) => (value === null ? ok(null) : decode(value, place));
}

/** A key that an earlier version did not write has this value. */
export function orElse<T>(absent: T, decode: Decode<T>): Decode<T> {
  return (value, place) => (value === undefined ? ok(absent) : decode(value, place));
}

export function literal<T extends string | number>(expected: T): Decode<T> {
  return (value, place) => (value === expected ? ok(expected) : wrong(place, `is not ${expected}`));
}

export function oneOf<const T extends string>(allowed: readonly T[]): Decode<T> {
  return (value, place) => {
    const found = allowed.find((one) => one === value);
    return found === undefined ? wrong(place, `is none of ${allowed.join(', ')}`) : ok(found);
  };
}

/** Text, which `accept` may narrow. */
export function text(accept: RegExp = /^/): Decode<string> {
  return (value, place) =>
    typeof value === 'string' && accept.test(value) ? ok(value) : wrong(place, 'is not the expected text');
}

/** Text that a parser of the model reads into its type. */
export function parsed<T>(parse: (value: string, place: string) => Result<T>): Decode<T> {
  return (value, place) => (typeof value === 'string' ? parse(value, place) : wrong(place, 'is not text'));
}

/** A whole number from `least` to `most`, both included. */
export function whole(least: number, most: number): Decode<number> {
  return (value, place) =>
    typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
      ? ok(value)
      : wrong(place, `is not a whole number from ${least} to ${most}`);
}

export const boolean: Decode<boolean> = (value, place) =>
  typeof value === 'boolean' ? ok(value) : wrong(place, 'is neither true nor false');

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrong(place: string, message: string) {
  return fail('state-corrupt', place === '' ? 'the document' : place, message);
}
