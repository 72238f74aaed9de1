import { beforeEach, describe, expect, it } from 'vitest';
import { stepDirectory } from '../activate/launch.ts';
import { readKernel } from '../kernel/read.ts';
import type { Result } from '../model/problem.ts';
import { emptyState } from '../model/state.ts';
import type { Step } from '../model/step.ts';
import { beginTransaction } from '../transaction/begin.ts';
import { pendingTransactions } from '../transaction/history.ts';
import { beginSteps, noteArmed, type Transaction } from '../transaction/transaction.ts';
import { closePending } from './close-pending.ts';
import { type FakeMachine, fakeMachine } from './testing.ts';

function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.problem.message);
  return result.value;
}

function step(why: string): Step {
  return { argv: [why], why, runAs: 'own', input: null, timeout: 1, mayFail: false, afterTimeout: 'end' };
}

let machine: FakeMachine;
beforeEach(async () => {
  machine = await fakeMachine();
});

/** A change that stopped in the middle of its steps, with the timer armed. */
async function stopped(): Promise<Transaction> {
  const { ports } = machine;
  const undo = {
    release: [],
    scoped: [step('ifup eth1')],
    start: [step('start network')],
    restart: [step('restart network')],
    primary: 'eth0',
    extent: null,
  };
  const snapshot = value(await readKernel(ports));
  const owned = { before: emptyState.files, after: emptyState.files };
  const plan = { why: 'test', changes: [], owned, undo, snapshot, pid: process.pid };
  const transaction = value(await beginTransaction(ports, plan));
  value(await noteArmed(transaction, { kind: 'timer', unit: 'enid-deadman-1', attempt: 1 }));
  value(await noteArmed(transaction, { kind: 'timer', unit: 'enid-deadman-1-2', attempt: 2 }));
  value(await beginSteps(transaction, 'activating'));
  const unit = 'enid-step-0a.service';
  const record = `${stepDirectory}/enid-step-0a`;
  const launched = JSON.stringify({ record, unit, pid: null, argv: ['systemctl', 'restart', 'network'] });
  value(await ports.files.write(`${record}.launch`, launched, { mode: 0o600 }));
  return transaction;
}

describe('a change that nobody finished', () => {
  it('is undone until the primary is back, with its steps ended first and its timer disarmed last', async () => {
    await stopped();
    const well = machine.kernel;
    machine.kernel = { up: false, addresses: [], default: '' };
    machine.effect = (command) => {
      if (command === 'start network') machine.kernel = well;
    };
    expect(await closePending(machine.ports)).toMatchObject({ ok: true });
    expect(machine.done.filter((line) => !/^(route|rule|address) /.test(line))).toEqual([
      'systemctl kill --signal=SIGKILL enid-step-0a.service',
      'systemctl stop enid-step-0a.service',
      'ifup eth1',
      'start network',
      'systemctl stop enid-deadman-1-2.timer',
    ]);
    expect(value(await pendingTransactions(machine.ports.files))).toEqual([]);
  });

  it('needs no more than its first rung where the primary was never lost', async () => {
    await stopped();
    expect(await closePending(machine.ports)).toMatchObject({ ok: true });
    expect(machine.done).toContain('ifup eth1');
    expect(machine.done).not.toContain('start network');
  });

  it('keeps its timer while it is still open', async () => {
    const { id } = await stopped();
    const { files } = machine.ports;
    const remove = (path: string) =>
      path.endsWith('/pending')
        ? Promise.resolve({
            ok: false as const,
            problem: { code: 'file-unwritable' as const, place: path, message: 'EROFS', advice: '' },
          })
        : files.remove(path);
    await closePending({ ...machine.ports, files: { ...files, remove } });
    expect(value(await pendingTransactions(files))).toEqual([id]);
    expect(machine.done.filter((line) => line.includes('deadman'))).toEqual([]);
  });

  it('is none where nothing is open: steps that were left to themselves go on', async () => {
    const record = `${stepDirectory}/enid-step-0a`;
    const launched = JSON.stringify({ record, unit: 'enid-step-0a.service', pid: null, argv: ['ifup'] });
    value(await machine.ports.files.write(`${record}.launch`, launched, { mode: 0o600 }));
    expect(await closePending(machine.ports)).toMatchObject({ ok: true });
    expect(machine.done).toEqual([]);
  });
});
