import { beforeEach, describe, expect, it } from 'vitest';
import type { FileChange } from '../model/file.ts';
import { fail, ok, type Result } from '../model/problem.ts';
import { emptyState } from '../model/state.ts';
import type { Step } from '../model/step.ts';
import type { Files } from '../ports/files.ts';
import { nodeFiles } from '../ports/node/files.ts';
import { beginTransaction } from './begin.ts';
import { listTransactions, pendingTransactions } from './history.ts';
import type { World } from './ladder.ts';
import type { Undo } from './records.ts';
import { finishPending, offline } from './recover.ts';
import { rollBack } from './rollback.ts';
import { emptyMemory, memoryFiles } from './testing.ts';
import { beginSteps, commit, noteArmed, type Transaction, writeFiles } from './transaction.ts';

const clock = { now: () => new Date(0), monotonic: () => 0, sleep: () => Promise.resolve() };
const path = '/etc/network/interfaces.d/eth1';

function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.problem.message);
  return result.value;
}

function step(why: string): Step {
  return { argv: [why], why, runAs: 'own', input: null, timeout: 1, mayFail: false, afterTimeout: 'end' };
}

let files: Files;
let log: string[];
beforeEach(async () => {
  files = memoryFiles(emptyMemory());
  log = [];
  const stat = value(await nodeFiles('/').read(`/proc/${process.pid}/stat`));
  if (stat !== null) await files.write(`/proc/${process.pid}/stat`, stat.bytes, { mode: 0o444 });
  await files.write(path, 'old', { mode: 0o640, uid: 3, gid: 4 });
});

/** Written, and taken up where `activated`. */
async function changed(activated: boolean, sysctls: Undo['sysctls'] = []): Promise<Transaction> {
  const before = value(await files.read(path));
  const change: FileChange = {
    path,
    action: 'replace',
    mac: null,
    before,
    after: { text: 'new', mode: 0o644 },
  };
  const undo = {
    release: [step('ifdown')],
    scoped: [step('ifup')],
    start: [],
    restart: [step('restart')],
    primary: null,
    extent: null,
    sysctls,
  };
  const answered = ['gateway'] as const;
  const owned = { before: new Map(), after: new Map() };
  const plan = { why: 'x', changes: [change], owned, undo, snapshot: null, answered, pid: process.pid };
  const transaction = value(await beginTransaction({ files, clock }, plan));
  value(await noteArmed(transaction, { kind: 'timer', unit: 'x', attempt: 1 }));
  value(await writeFiles({ files }, transaction, [change]));
  if (activated) value(await beginSteps(transaction, 'activating'));
  return transaction;
}

/** Notes each step with what the file held when it ran. */
function world(reachable: boolean): World {
  return {
    run: async (one) => {
      log.push(`${one.why} with ${value(await files.readText(path))}`);
      return ok({ exitCode: 0 });
    },
    kernel: () => Promise.resolve(fail('kernel-unreadable', 'ip', 'not asked')),
    ip: () => Promise.resolve(ok([])),
    reachable: () => Promise.resolve(reachable),
    isDiverted: () => Promise.resolve(false),
    isOwn: () => true,
  };
}

describe('rolling back', () => {
  it('mirrors the change: release with the new files, then the old files, then take them up', async () => {
    const transaction = await changed(true);
    const report = await rollBack({ files }, transaction, 'harm', world(true));
    expect(log).toEqual(['ifdown with new', 'ifup with old']);
    expect(report).toMatchObject({ rung: 'scoped', worked: true, restored: [path], problems: [] });
    expect(value(await files.read(path))).toMatchObject({ mode: 0o640, uid: 3, gid: 4 });
    expect(value(await pendingTransactions(files))).toEqual([]);
    expect(value(await listTransactions(files))).toMatchObject([{ outcome: 'undone' }]);
  });

  it('runs no step where none had run', async () => {
    const report = await rollBack({ files }, await changed(false), 'rejected', world(false));
    expect(report).toMatchObject({ rung: 'files', worked: true });
    expect(log).toEqual([]);
  });

  it('says when the machine is not reachable again, apart from the files being back', async () => {
    const report = await rollBack({ files }, await changed(true), 'harm', world(false));
    expect(report).toMatchObject({ rung: 'restart', worked: false, restored: [path], problems: [] });
    expect(log).toEqual(['ifdown with new', 'ifup with old', 'restart with old']);
  });

  it('goes on with a full disk, and leaves what it could not put back to the next start', async () => {
    const transaction = await changed(true);
    const refuse = (place: string) => Promise.resolve(fail('file-unwritable', place, 'ENOSPC'));
    const full: Files = { ...files, write: refuse, append: refuse };
    const report = await rollBack({ files: full }, transaction, 'harm', world(true));
    expect(report.worked).toBe(false);
    expect(report.problems.map((problem) => problem.place)).toContain(path);
    expect(log).toContain('ifup with new');
    expect(value(await pendingTransactions(files))).toEqual([transaction.id]);

    expect(value(await finishPending({ files }, offline))).toMatchObject([
      { kind: 'undone', report: { worked: true } },
    ]);
    expect(value(await files.readText(path))).toBe('old');
  });

  it('sets sysctls again after the files, whoever does it; one that is gone with its link is no problem', async () => {
    const [kept, stuck, gone] = ['eth0/arp_ignore', 'eth2/rp_filter', 'eth1/rp_filter'].map(
      (key) => `net/ipv4/conf/${key}`,
    ) as [string, string, string];
    await changed(
      true,
      [gone, stuck, kept].map((key) => ({ key, value: '0' })),
    );
    for (const key of [kept, stuck]) await files.write(`/proc/sys/${key}`, '1', { mode: 0o644 });
    const poked: Files = {
      ...files,
      poke: async (place, text) => {
        log.push(`${place} with ${value(await files.readText(path))}`);
        return place.endsWith(kept)
          ? files.write(place, text, { mode: 0o644 })
          : fail('file-unwritable', place, 'ENOENT or EINVAL');
      },
    };
    const [recovered] = value(
      await finishPending({ files: poked }, (planned) => {
        expect(planned.answered).toEqual(['gateway']);
        return Promise.resolve(world(true));
      }),
    );
    expect(log).toEqual([
      'ifdown with new',
      ...[gone, stuck, kept].map((key) => `/proc/sys/${key} with old`),
      'ifup with old',
    ]);
    expect(value(await files.readText(`/proc/sys/${kept}`))).toBe('0');
    expect(recovered).toMatchObject({
      kind: 'undone',
      report: { worked: true, problems: [{ place: `/proc/sys/${stuck}` }] },
    });
  });

  it('leaves sysctls alone where nothing was taken up, and offline', async () => {
    await changed(false, [{ key: 'net/ipv4/conf/eth1/rp_filter', value: '0' }]);
    // The fake has no poke: setting one would throw.
    value(await finishPending({ files }, () => Promise.resolve(world(true))));
    await changed(true, [{ key: 'net/ipv4/conf/eth1/rp_filter', value: '0' }]);
    expect(value(await finishPending({ files }, offline))).toMatchObject([{ kind: 'undone' }]);
  });

  it('does not touch what was committed: that is a bug', async () => {
    const transaction = await changed(true);
    value(await commit({ files }, transaction, emptyState));
    await expect(rollBack({ files }, transaction, 'harm', null)).rejects.toThrow('is committed');
  });
});
