import type { FileChange } from '../model/file.ts';
import { type Mac, parseMac } from '../model/mac.ts';
import { ok, type Problem, type Result } from '../model/problem.ts';
import type { State } from '../model/state.ts';
import type { Files } from '../ports/files.ts';
import type { Ports } from '../ports/ports.ts';
import { loadState, statePath } from '../state/load.ts';
import { beginTransaction } from './begin.ts';
import { readDisk } from './content.ts';
import { pendingTransactions } from './history.ts';
import { placesOf, transactionsPath } from './journal.ts';
import type { World } from './ladder.ts';
import { takeLock } from './lock.ts';
import { withOwned } from './owned.ts';
import type { Planned } from './records.ts';
import { removeTemporaries } from './restore.ts';
import { type RollbackReport, rollBack } from './rollback.ts';
import { commit, finishCommitted, openTransaction, type Transaction, writeFiles } from './transaction.ts';

/** What was done about one transaction that a crash or a power cut left open. */
export type Recovered =
  | { readonly id: string; readonly kind: 'undone'; readonly report: RollbackReport }
  | { readonly id: string; readonly kind: 'finished' }
  /** Given up before anything was touched. */
  | { readonly id: string; readonly kind: 'dropped' }
  /** Its journal cannot be read: set aside whole, nothing undone. */
  | { readonly id: string; readonly kind: 'set-aside'; readonly where: string; readonly problem: Problem }
  | { readonly id: string; readonly kind: 'failed'; readonly problem: Problem };

export interface Recovery {
  readonly transactions: readonly Recovered[];
  /** Files of ours that went because their NIC's name belongs to another NIC now; copies are in that transaction. */
  readonly movedAside: readonly string[];
}

/**
 * `enid recover`, early in boot, before the network service or netplan's generator can read half a change: closes
 * torn transactions offline (files only), then takes away files of ours that go by the name of a NIC that is another
 * one now. Errors: `locked`, `file-unreadable`, `file-unwritable`, `state-corrupt`.
 */
export async function recover(ports: Pick<Ports, 'files' | 'clock'>, pid: number): Promise<Result<Recovery>> {
  const lock = await takeLock(ports.files, pid, 'recover');
  if (!lock.ok) return lock;
  const done = await recoverLocked(ports, pid);
  const released = await lock.value.release();
  return done.ok && !released.ok ? released : done;
}

async function recoverLocked(ports: Pick<Ports, 'files' | 'clock'>, pid: number): Promise<Result<Recovery>> {
  const transactions = await finishPending(ports, offline);
  if (!transactions.ok) return transactions;
  const movedAside = await moveAsideMisplaced(ports, pid);
  return movedAside.ok ? ok({ transactions: transactions.value, movedAside: movedAside.value }) : movedAside;
}

/** Where no network service runs yet: the files are put back, and no more. */
export const offline = (): Promise<null> => Promise.resolve(null);

/**
 * Closes every open transaction, newest first: a committed one is finished, any other undone. The lock must be
 * held. `worldFor` is asked for the machine just before a transaction is undone; null: files only. Errors: `file-unreadable`; what fails for one transaction is in its entry.
 */
export async function finishPending(
  ports: Pick<Ports, 'files'>,
  worldFor: (planned: Planned) => Promise<World | null>,
): Promise<Result<readonly Recovered[]>> {
  const pending = await pendingTransactions(ports.files);
  if (!pending.ok) return pending;
  const cleaned = await removeTemporaries(ports.files, [statePath]);
  const recovered: Recovered[] = cleaned.map((problem) => ({ id: statePath, kind: 'failed', problem }));
  for (const id of pending.value) recovered.push(await close(ports, id, worldFor));
  return ok(recovered);
}

async function close(
  ports: Pick<Ports, 'files'>,
  id: string,
  worldFor: (planned: Planned) => Promise<World | null>,
): Promise<Recovered> {
  const { files } = ports;
  const opened = await openTransaction(files, id);
  if (!opened.ok) {
    return opened.problem.code === 'journal-corrupt'
      ? setAside(files, id, opened.problem)
      : { id, kind: 'failed', problem: opened.problem };
  }
  const transaction = opened.value;
  const phases = new Set(transaction?.journal.records().map((record) => record.phase) ?? []);
  if (transaction === null || !phases.has('backed-up')) {
    const removed = await files.removeTree(placesOf(id).directory);
    return removed.ok ? { id, kind: 'dropped' } : { id, kind: 'failed', problem: removed.problem };
  }
  if (phases.has('committed')) return finish(ports, transaction);
  // Undone already, and stopped before it was closed: the network was brought back then.
  const world = phases.has('undone') ? null : await worldFor(transaction.journal.planned);
  const report = await rollBack(ports, transaction, 'enid was stopped in the middle of it', world);
  return { id, kind: 'undone', report };
}

async function finish(ports: Pick<Ports, 'files'>, transaction: Transaction): Promise<Recovered> {
  const { id, journal } = transaction;
  const [left] = await removeTemporaries(
    ports.files,
    journal.planned.changes.map((change) => change.path),
  );
  if (left !== undefined) return { id, kind: 'failed', problem: left };
  const state = await loadState(ports.files);
  if (!state.ok) return { id, kind: 'failed', problem: state.problem };
  const files = withOwned(state.value.files, journal.planned.owned, 'after');
  const finished = await finishCommitted(ports, transaction, { ...state.value, files });
  return finished.ok ? { id, kind: 'finished' } : { id, kind: 'failed', problem: finished.problem };
}

async function setAside(files: Files, id: string, problem: Problem): Promise<Recovered> {
  const where = `${transactionsPath}/corrupt-${id}`;
  const moved = await files.rename(placesOf(id).directory, where);
  return moved.ok
    ? { id, kind: 'set-aside', where, problem }
    : { id, kind: 'failed', problem: moved.problem };
}

/**
 * Where files apply to a NIC by its name, whatever its MAC: ifcfg files with their routes, rules and aliases, stanzas,
 * dhclient's. And netplan's, which match the MAC, but become one with any other definition of that id. Keyfiles,
 * .network files and dispatcher scripts match or test the MAC.
 */
const byName =
  /^\/etc\/(?:(?:sysconfig\/network(?:-scripts)?|network|dhcp|netplan)\/|systemd\/network\/10-netplan-)/;

/**
 * Takes away files of ours whose NIC, by the name it was last configured under, is another one now: after a clone, or
 * when names were swapped. The daemon writes them anew under the new name.
 */
async function moveAsideMisplaced(
  ports: Pick<Ports, 'files' | 'clock'>,
  pid: number,
): Promise<Result<readonly string[]>> {
  const state = await loadState(ports.files);
  if (!state.ok) return state;
  const links = await readLinkMacs(ports.files);
  if (!links.ok) return links;
  const paths = misplaced(state.value, links.value);
  if (paths.length === 0) return ok([]);
  const disk = await readDisk(ports.files, paths);
  if (!disk.ok) return disk;

  const changes = paths.flatMap((path): FileChange[] => {
    const before = disk.value.links.has(path) ? null : (disk.value.contents.get(path) ?? null);
    const mac = state.value.files.get(path)?.mac ?? null;
    return before === null ? [] : [{ path, mac, action: 'remove', before, after: null }];
  });
  const after = new Map([...state.value.files].filter(([path]) => !paths.includes(path)));
  const owned = { before: state.value.files, after };
  const undo = { release: [], scoped: [], start: [], restart: [], primary: null, extent: null };
  const why = 'boot: the name of a NIC belongs to another one now';
  const begun = await beginTransaction(ports, { why, changes, owned, undo, snapshot: null, pid });
  if (!begun.ok) return begun;
  const written = await writeFiles(ports, begun.value, changes);
  const committed = written.ok ? await commit(ports, begun.value, state.value) : written;
  if (committed.ok) return ok(changes.map((change) => change.path));
  await rollBack(ports, begun.value, committed.problem.message, null);
  return committed;
}

/** Owned files that go by the name of a link whose MAC is not the one they were written for. */
export function misplaced(
  state: Pick<State, 'files' | 'names'>,
  links: ReadonlyMap<string, Mac>,
): readonly string[] {
  const wrong = [...state.files.values()].filter(({ path, mac }) => {
    if (mac === null || !byName.test(path)) return false;
    const now = links.get(state.names.get(mac) ?? '');
    return now !== undefined && now !== mac;
  });
  return wrong.map((file) => file.path).sort();
}

/** MACs by link name, from /sys/class/net; links without an Ethernet address are left out. Errors: `file-unreadable`. */
async function readLinkMacs(files: Files): Promise<Result<ReadonlyMap<string, Mac>>> {
  const names = await files.list('/sys/class/net');
  if (!names.ok) return names;
  const links = new Map<string, Mac>();
  for (const { name } of names.value ?? []) {
    const address = await files.readText(`/sys/class/net/${name}/address`);
    if (!address.ok) return address;
    const mac = parseMac(address.value?.trim() ?? '', name);
    if (mac.ok) links.set(name, mac.value);
  }
  return ok(links);
}
