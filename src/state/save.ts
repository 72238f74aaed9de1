import { createHash } from 'node:crypto';
import { instanceJson } from '../metadata/instance-text.ts';
import type { Learned } from '../model/lease.ts';
import { ok, type Result } from '../model/problem.ts';
import type { State } from '../model/state.ts';
import type { Files } from '../ports/files.ts';
import { statePath } from './load.ts';

/**
 * Writes state.json whole (0600, its directory 0700), unless the disk holds these very bytes.
 * Errors: `file-unreadable`, `file-unwritable`.
 */
export async function saveState(files: Pick<Files, 'read' | 'write'>, state: State): Promise<Result<void>> {
  const text = printState(state);
  const there = await files.read(statePath);
  if (!there.ok) return there;
  if (
    there.value !== null &&
    there.value.mode === 0o600 &&
    Buffer.from(there.value.bytes).equals(Buffer.from(text))
  ) {
    return ok(undefined);
  }
  return files.write(statePath, text, { mode: 0o600 });
}

/** The text of state.json: one form for one state, whatever order its maps were filled in. */
export function printState(state: State): string {
  const document = {
    schema: state.schema,
    slots: record(state.slots, (slot) => slot),
    detached: record(state.detached, (since) => since),
    names: record(state.names, (name) => name),
    files: record(state.files, ({ digest, mode, mac }) => ({ digest, mode, mac })),
    directories: [...state.directories].sort(),
    sysctls: record(state.sysctls, ({ former, ours }) => ({ former, ours })),
    primaryAddresses: [...state.primaryAddresses].sort(),
    addresses: record(state.addresses, (all) => [...all].sort()),
    sources: record(state.sources, (all) => [...all].sort()),
    commons: [...state.commons].sort(),
    tableBase: state.tableBase,
    learned: record(state.learned, ({ ipv4, ipv6 }) => ({ ipv4: learned(ipv4), ipv6: learned(ipv6) })),
    primary: state.primary === null ? null : { mac: state.primary.mac, by: state.primary.by },
    believed: state.believed === null ? null : instanceJson(state.believed),
    missing: record(state.missing, ({ reads, since, last }) => ({ reads, since, last })),
    refusedPlan: state.refusedPlan,
    tornPlan: state.tornPlan,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function learned(own: Learned | null): Learned | null {
  return own === null ? null : { address: own.address, prefixLength: own.prefixLength, gateway: own.gateway };
}

/**
 * Moves a state.json that cannot be read out of the way, to a name that tells its content apart, and gives that
 * name; null where there is none. Only for a person who asked for it: slots and owned files are forgotten by it.
 * Errors: `file-unreadable`, `file-unwritable`.
 */
export async function setAsideState(files: Pick<Files, 'read' | 'rename'>): Promise<Result<string | null>> {
  const there = await files.read(statePath);
  if (!there.ok) return there;
  if (there.value === null) return ok(null);
  const digest = createHash('sha256').update(there.value.bytes).digest('hex').slice(0, 12);
  const aside = `${statePath}.aside-${digest}`;
  const moved = await files.rename(statePath, aside);
  return moved.ok ? ok(aside) : moved;
}

function record<V>(map: ReadonlyMap<string, V>, plain: (value: V) => unknown): Record<string, unknown> {
  const keys = [...map.keys()].sort();
  return Object.fromEntries(keys.map((key) => [key, plain(map.get(key) as V)]));
}
