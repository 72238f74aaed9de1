import {
  type Address,
  addressBits,
  type Family,
  type Prefix,
  parseAddress,
  parsePrefix,
} from '../model/address.ts';
import type { OwnedFile } from '../model/file.ts';
import type { Learned, LearnedFamilies } from '../model/lease.ts';
import { type Mac, parseMac } from '../model/mac.ts';
import { fail, ok, type Result } from '../model/problem.ts';
import { emptyState, type State } from '../model/state.ts';
import type { Files } from '../ports/files.ts';
import { readTrustedText } from '../ports/trusted.ts';
import {
  type Decode,
  list,
  literal,
  map,
  nullable,
  object,
  oneOf,
  orElse,
  parsed,
  text,
  whole,
} from './decode.ts';
import { ownBefore } from './own-before.ts';
import { readBelieved } from './read-believed.ts';

export const statePath = '/var/lib/enid/state.json';

const advice =
  'look at the file; `enid doctor` tells how to set it aside: slots are then found again from the kernel and from files with our marker';

/**
 * Reads state.json; without the file, the empty state. Nothing is repaired and nothing moved: a file that cannot be
 * read as a whole is `state-corrupt` (also when a later version wrote it), for on its slots and owned files hangs
 * what enid may touch. Errors: `state-corrupt`, `file-untrusted` (others can write it), `file-unreadable`.
 */
export async function loadState(files: Pick<Files, 'readText' | 'owners'>): Promise<Result<State>> {
  const read = await readTrustedText(files, statePath);
  if (!read.ok) return read;
  return read.value === null ? ok(emptyState) : parseState(read.value);
}

/** Reads the text of state.json. Errors: `state-corrupt`. */
export function parseState(content: string): Result<State> {
  const json = parseJson(content);
  if (json === undefined) return fail('state-corrupt', statePath, 'the file is not JSON', advice);
  const form = typeof json === 'object' && json !== null && 'schema' in json ? json.schema : null;
  if (typeof form === 'number' && form > 1) {
    const message = `the file has form ${form}, of a newer enid; this version reads form 1`;
    return fail('state-corrupt', statePath, message, 'run the enid that wrote it, or set the file aside');
  }
  const read = readState(json, '');
  if (!read.ok) {
    return fail('state-corrupt', statePath, `${read.problem.place}: ${read.problem.message}`, advice);
  }
  const files = new Map(
    [...read.value.files].map(([path, file]): [string, OwnedFile] => [path, { path, ...file }]),
  );
  const shared = sharedSlot(read.value.slots);
  if (shared !== null) {
    return fail('state-corrupt', statePath, `slots: ${shared} belongs to two MAC addresses`, advice);
  }
  const { addresses, sources } = read.value;
  const own = addresses === null || sources === null ? ownBefore(read.value) : { addresses, sources };
  return ok({ ...read.value, files, ...own });
}

const mac = parsed(parseMac);
const absolutePath = text(/^\/[^\0]*[^/\0]$/);
const digest = text(/^[0-9a-f]{64}$/);

function learned(family: Family): Decode<Learned> {
  const address = parsed((value, place) => parseAddress(value, place, family));
  return object({
    address,
    prefixLength: nullable(whole(0, addressBits[family])),
    gateway: nullable(address),
  });
}

const readState = object({
  schema: literal(1),
  slots: map(mac, whole(1, 999)),
  // A state.json of 0.1.0 has none: what is detached then counts from the next read on.
  detached: orElse<ReadonlyMap<Mac, string>>(new Map(), map(mac, text(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/))),
  names: map(mac, text(/^[^\s/\0]{1,15}$/)),
  files: map(absolutePath, object({ digest, mode: whole(0, 0o7777), mac: nullable(mac) })),
  // A state.json of 0.1.0 has none: what it made stays.
  directories: orElse<readonly string[]>([], list(absolutePath)),
  sysctls: map(text(/^[\w.@:/-]+$/), object({ former: text(), ours: text() })),
  primaryAddresses: list(parsed(parseAddress)),
  // A state.json of 0.1.0 has neither.
  addresses: orElse<ReadonlyMap<Mac, readonly Address[]> | null>(null, map(mac, list(parsed(parseAddress)))),
  sources: orElse<ReadonlyMap<Mac, readonly Prefix[]> | null>(null, map(mac, list(parsed(parsePrefix)))),
  commons: list(text()),
  tableBase: nullable(whole(0, 0xffffffff)),
  // A state.json from before leases were remembered has none.
  learned: orElse<ReadonlyMap<Mac, LearnedFamilies>>(
    new Map(),
    map(mac, object({ ipv4: nullable(learned('ipv4')), ipv6: nullable(learned('ipv6')) })),
  ),
  // A state.json of 0.1.0 has none.
  primary: orElse<State['primary']>(null, nullable(object({ mac, by: oneOf(['kernel', 'metadata']) }))),
  believed: nullable(readBelieved),
  missing: map(text(), object({ reads: whole(0, Number.MAX_SAFE_INTEGER), since: text(), last: text() })),
  refusedPlan: nullable(text()),
  // A state.json from before torn plans were tried again has none.
  tornPlan: orElse<string | null>(null, nullable(text())),
}) satisfies Decode<unknown>;

function parseJson(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}

function sharedSlot(slots: ReadonlyMap<Mac, number>): number | null {
  const seen = new Set<number>();
  for (const slot of slots.values()) {
    if (seen.has(slot)) return slot;
    seen.add(slot);
  }
  return null;
}
