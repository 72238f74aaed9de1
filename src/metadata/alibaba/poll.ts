import { ok, type Result } from '../../model/problem.ts';

/** Reads between two whole ones: what seldom changes is at most this many polls old. */
const wholeEvery = 10;

/** The last whole read of a service that answers leaf by leaf. */
export interface PollMemory {
  last: Whole | null;
  /** The last two whole reads were the same: before that each read is a whole one, since a NIC's leaves appear one by one. */
  isSettled: boolean;
  /** Reads since the last whole one. */
  reads: number;
}

export interface Whole {
  /** All that may change from one poll to the next (MACs, addresses, prefixes), as text. */
  readonly changing: string;
  readonly tree: object;
}

export function emptyPollMemory(): PollMemory {
  return { last: null, isSettled: false, reads: 0 };
}

/**
 * The tree of the last whole read while nothing that may change has changed; else, and at every tenth read, a whole one.
 * Errors: those of the two ways to read; the memory then stays as it was.
 */
export async function poll(
  memory: PollMemory,
  readChanging: () => Promise<Result<string>>,
  readWhole: () => Promise<Result<Whole>>,
): Promise<Result<object>> {
  if (memory.last !== null && memory.isSettled && memory.reads < wholeEvery - 1) {
    const changing = await readChanging();
    if (!changing.ok) return changing;
    if (changing.value === memory.last.changing) {
      memory.reads++;
      return ok(memory.last.tree);
    }
  }
  const whole = await readWhole();
  if (!whole.ok) return whole;
  memory.isSettled = JSON.stringify(memory.last?.tree) === JSON.stringify(whole.value.tree);
  memory.last = whole.value;
  memory.reads = 0;
  return ok(whole.value.tree);
}
