import { fail, ok, type Result } from '../model/problem.ts';
import type { Clock } from '../ports/clock.ts';
import type { Files } from '../ports/files.ts';
import { identify, isAlive, type ProcessId } from './process.ts';

export const lockPath = '/run/enid/lock';
/** Held, for a moment, by whoever removes the lock of a dead holder. */
const guardPath = '/run/enid/lock.breaking';

export interface Holder extends ProcessId {
  /** For people: `daemon`, `reconfigure`. */
  readonly what: string;
}

export interface Lock {
  readonly holder: Holder;
  /** Gives the lock back; nothing happens where somebody took it over. Errors: `file-unreadable`, `file-unwritable`. */
  release(): Promise<Result<void>>;
}

type LockFiles = Pick<Files, 'read' | 'create' | 'remove'>;

/**
 * Takes the one lock of enid for process `pid`, or says who has it: `locked`. A holder that no longer runs is no
 * obstacle. Errors: `locked`, `file-unreadable`, `file-unwritable`.
 */
export async function takeLock(files: LockFiles, pid: number, what: string): Promise<Result<Lock>> {
  const self = await identify(files, pid);
  if (!self.ok) return self;
  if (self.value === null) throw new Error(`process ${pid} cannot take a lock: it does not run`);
  const holder: Holder = { ...self.value, what };
  // The second try is for the lock of a dead holder that was removed, or one given back meanwhile.
  for (let attempt = 1; ; attempt++) {
    const made = await files.create(lockPath, print(holder), 0o600);
    if (!made.ok) return made;
    if (made.value) return ok({ holder, release: () => release(files, holder) });
    const cleared = await clearDeadLock(files, holder);
    if (!cleared.ok) return cleared;
    if (cleared.value === 'removed' && attempt < 5) continue;
    const other = cleared.value === 'removed' ? null : cleared.value;
    return fail('locked', lockPath, `${describe(other)} is at work`, 'wait until it is done, and try again');
  }
}

/** Tries until the lock is had or the time is over. `timeout` in milliseconds. Errors: as {@link takeLock}. */
export async function waitForLock(
  ports: { readonly files: LockFiles; readonly clock: Clock },
  pid: number,
  what: string,
  timeout: number,
): Promise<Result<Lock>> {
  const until = ports.clock.monotonic() + timeout;
  for (;;) {
    const lock = await takeLock(ports.files, pid, what);
    if (lock.ok || lock.problem.code !== 'locked' || ports.clock.monotonic() >= until) return lock;
    await ports.clock.sleep(100);
  }
}

/** Who has the lock; null when nobody does, or the holder no longer runs. Errors: `file-unreadable`. */
export function lockHolder(files: Pick<Files, 'read'>): Promise<Result<Holder | null>> {
  return living(files, lockPath);
}

/** Removes the lock of a holder that no longer runs. True when there was one. Errors: `file-unreadable`, `file-unwritable`. */
export async function clearStaleLock(files: LockFiles, pid: number): Promise<Result<boolean>> {
  const text = await lockText(files, lockPath);
  if (!text.ok) return text;
  const self = await identify(files, pid);
  if (!self.ok) return self;
  if (text.value === null || self.value === null) return ok(false);
  const cleared = await clearDeadLock(files, { ...self.value, what: 'recover' });
  return cleared.ok ? ok(cleared.value === 'removed') : cleared;
}

/**
 * Removes the lock if its holder is dead, and says who has it otherwise. Only one process at a time may remove:
 * of two that saw the same dead holder, the slower one would remove the lock that the faster one has just taken.
 */
async function clearDeadLock(files: LockFiles, self: Holder): Promise<Result<'removed' | Holder>> {
  const first = await lockHolder(files);
  if (!first.ok) return first;
  if (first.value !== null) return ok(first.value);
  const guarded = await files.create(guardPath, print(self), 0o600);
  if (!guarded.ok) return guarded;
  if (!guarded.value) {
    const breaker = await living(files, guardPath);
    if (!breaker.ok) return breaker;
    if (breaker.value !== null) return ok(breaker.value);
    const removed = await files.remove(guardPath);
    return removed.ok ? ok('removed') : removed;
  }
  const second = await lockHolder(files);
  const removed = second.ok && second.value === null ? await files.remove(lockPath) : ok(undefined);
  const unguarded = await files.remove(guardPath);
  if (!second.ok) return second;
  if (!removed.ok) return removed;
  if (!unguarded.ok) return unguarded;
  return ok(second.value ?? 'removed');
}

async function living(files: Pick<Files, 'read'>, path: string): Promise<Result<Holder | null>> {
  const text = await lockText(files, path);
  if (!text.ok) return text;
  const holder = text.value === null ? null : parse(text.value);
  if (holder === null) return ok(null);
  const alive = await isAlive(files, holder);
  return alive.ok ? ok(alive.value ? holder : null) : alive;
}

/** Bytes: a lock is one line. */
const largestLock = 64 * 1024;

/** What stands at the path; text of nobody where it is no file that enid could have written. Errors: `file-unreadable`. */
async function lockText(files: Pick<Files, 'read'>, path: string): Promise<Result<string | null>> {
  const content = await files.read(path, largestLock);
  if (content.ok) return ok(content.value && Buffer.from(content.value.bytes).toString('utf8'));
  const { code } = content.problem;
  return code === 'file-not-regular' || code === 'file-too-large' ? ok('') : content;
}

async function release(files: LockFiles, holder: Holder): Promise<Result<void>> {
  const text = await lockText(files, lockPath);
  if (!text.ok) return text;
  return text.value === print(holder) ? files.remove(lockPath) : ok(undefined);
}

function print(holder: Holder): string {
  return `${JSON.stringify({ pid: holder.pid, start: holder.start, boot: holder.boot, what: holder.what })}\n`;
}

/** A lock that cannot be read is of nobody: it was made whole, so something else wrote it. */
function parse(text: string): Holder | null {
  try {
    const { pid, start, boot, what } = JSON.parse(text);
    const whole =
      Number.isInteger(pid) && pid > 0 && [start, boot, what].every((word) => typeof word === 'string');
    return whole ? { pid, start, boot, what } : null;
  } catch {
    return null;
  }
}

function describe(holder: Holder | null): string {
  return holder === null ? 'another enid' : `enid ${holder.what} (process ${holder.pid})`;
}
