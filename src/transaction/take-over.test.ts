import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { FileChange } from '../model/file.ts';
import type { Result } from '../model/problem.ts';
import { emptyState } from '../model/state.ts';
import { nodeClock } from '../ports/node/clock.ts';
import { nodeExec } from '../ports/node/exec.ts';
import { nodeFiles } from '../ports/node/files.ts';
import { beginTransaction } from './begin.ts';
import { lockHolder, takeLock } from './lock.ts';
import { rollBack } from './rollback.ts';
import { takeOver } from './take-over.ts';
import { commit, type Transaction, writeFiles } from './transaction.ts';

let root = '';
let children: ChildProcess[] = [];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'enid-take-over-'));
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children = [];
  rmSync(root, { recursive: true, force: true });
});

const ports = () => ({ files: nodeFiles(root), exec: nodeExec(), clock: nodeClock() });
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

/** Another process, as the holder of the lock. `stubborn`: it ends by SIGKILL only. */
async function holder(
  stubborn: boolean,
): Promise<{ readonly pid: number; readonly signal: () => NodeJS.Signals | null }> {
  const script = stubborn
    ? 'trap "" TERM; echo ready; while :; do sleep 0.1; done'
    : 'echo ready; exec sleep 60';
  const child = spawn('/bin/sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'] });
  children.push(child);
  await new Promise((resolve) => child.stdout?.once('data', resolve));
  const pid = child.pid ?? 0;
  value(await takeLock(nodeFiles(root), pid, 'daemon'));
  return { pid, signal: () => child.signalCode };
}

async function half(pid: number): Promise<Transaction> {
  const undo = { release: [], scoped: [], start: [], restart: [], primary: null, extent: null };
  const owned = { before: new Map(), after: new Map() };
  const plan = { why: 'x', changes: [change], owned, undo, snapshot: null, pid };
  const transaction = value(await beginTransaction(ports(), plan));
  value(await writeFiles(ports(), transaction, [change]));
  return transaction;
}

it.each([
  ['one that heeds SIGTERM', false, 'SIGTERM'],
  ['one that is stuck', true, 'SIGKILL'],
] as const)(
  'ends the holder, %s, and its steps, then has the lock and the transaction',
  async (_, stubborn, signal) => {
    const other = await holder(stubborn);
    const { id } = await half(other.pid);
    let ended = 0;
    const taken = value(
      await takeOver(ports(), id, process.pid, () => {
        ended++;
        return Promise.resolve();
      }),
    );
    if (taken.kind !== 'taken') throw new Error(taken.why);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect([other.signal(), ended]).toEqual([signal, 1]);
    expect(await lockHolder(nodeFiles(root))).toMatchObject({ ok: true, value: { pid: process.pid } });
    expect(await rollBack(ports(), taken.transaction, 'nobody disarmed it', null)).toMatchObject({
      worked: true,
    });
    expect(await nodeFiles(root).read('/etc/new')).toEqual({ ok: true, value: null });
    await taken.lock.release();
    expect(await takeOver(ports(), id, process.pid, () => Promise.resolve())).toMatchObject({
      value: { kind: 'nothing' },
    });
  },
);

it('disturbs nobody over a transaction that stands', async () => {
  const other = await holder(false);
  const transaction = await half(other.pid);
  value(await commit(ports(), transaction, emptyState));
  expect(await takeOver(ports(), transaction.id, process.pid, () => Promise.resolve())).toMatchObject({
    value: { kind: 'nothing' },
  });
  expect(
    await takeOver(ports(), '000009-20240131T120102Z', process.pid, () => Promise.resolve()),
  ).toMatchObject({ value: { kind: 'nothing' } });
  expect(await lockHolder(nodeFiles(root))).toMatchObject({ ok: true, value: { pid: other.pid } });
  expect(await nodeFiles(root).readText('/etc/new')).toEqual({ ok: true, value: 'x' });
});

it('takes over from a holder that is dead already', async () => {
  const other = await holder(false);
  const { id } = await half(other.pid);
  for (const child of children) child.kill('SIGKILL');
  await new Promise((resolve) => setTimeout(resolve, 100));
  const taken = value(await takeOver(ports(), id, process.pid, () => Promise.resolve()));
  expect(taken.kind).toBe('taken');
});
