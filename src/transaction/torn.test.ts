import { expect, it } from 'vitest';
import type { FileChange } from '../model/file.ts';
import type { Result } from '../model/problem.ts';
import { emptyState, type State } from '../model/state.ts';
import type { Files } from '../ports/files.ts';
import { nodeClock } from '../ports/node/clock.ts';
import { loadState } from '../state/load.ts';
import { saveState } from '../state/save.ts';
import { beginTransaction } from './begin.ts';
import { finishPending, offline } from './recover.ts';
import { emptyMemory, memoryFiles } from './testing.ts';
import { type Transaction, writeFiles } from './transaction.ts';

const change: FileChange = {
  path: '/etc/new',
  action: 'create',
  mac: null,
  before: null,
  after: { text: 'x', mode: 0o644 },
};

function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.problem.message);
  return result.value;
}

/** As the agent begins a change: refused until it is committed. */
async function half(files: Files, digest: string): Promise<Transaction> {
  const ports = { files, clock: nodeClock() };
  const undo = { release: [], scoped: [], start: [], restart: [], primary: null, extent: null };
  const owned = { before: new Map(), after: new Map() };
  const plan = { why: 'x', changes: [change], owned, undo, snapshot: null, pid: process.pid, digest };
  const transaction = value(await beginTransaction(ports, plan));
  value(await saveState(files, { ...value(await loadState(files)), refusedPlan: digest }));
  value(await writeFiles(ports, transaction, [change]));
  return transaction;
}

async function refusedAfter(files: Files): Promise<Pick<State, 'refusedPlan' | 'tornPlan'>> {
  const [closed] = value(await finishPending({ files }, offline));
  expect(closed).toMatchObject({ kind: 'undone', report: { worked: true, problems: [] } });
  expect(await files.read('/etc/new')).toEqual({ ok: true, value: null });
  const { refusedPlan, tornPlan } = value(await loadState(files));
  return { refusedPlan, tornPlan };
}

it('a plan that was torn is refused no more, and torn again it is', async () => {
  const files = memoryFiles(emptyMemory());
  await half(files, 'one');
  expect(await refusedAfter(files)).toEqual({ refusedPlan: null, tornPlan: 'one' });
  await half(files, 'one');
  expect(await refusedAfter(files)).toEqual({ refusedPlan: 'one', tornPlan: 'one' });
});

it('each plan has its own second try', async () => {
  const files = memoryFiles(emptyMemory());
  await half(files, 'one');
  await refusedAfter(files);
  await half(files, 'other');
  expect(await refusedAfter(files)).toEqual({ refusedPlan: null, tornPlan: 'other' });
});

it('a plan that was being undone for harm when the power failed stays refused', async () => {
  const files = memoryFiles(emptyMemory());
  const transaction = await half(files, 'one');
  value(await transaction.journal.append({ phase: 'undoing', why: 'the gateway does not answer' }));
  expect(await refusedAfter(files)).toEqual({ refusedPlan: 'one', tornPlan: null });
});

it('what another plan was refused for is not touched', async () => {
  const files = memoryFiles(emptyMemory());
  await half(files, 'one');
  value(await saveState(files, { ...emptyState, refusedPlan: 'other' }));
  expect(await refusedAfter(files)).toEqual({ refusedPlan: 'other', tornPlan: null });
});
