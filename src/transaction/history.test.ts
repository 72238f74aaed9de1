import { describe, expect, it } from 'vitest';
import { type FileChange, marker, type OwnedFile } from '../model/file.ts';
import type { Result } from '../model/problem.ts';
import { emptyState, type State } from '../model/state.ts';
import type { Files } from '../ports/files.ts';
import { nodeFiles } from '../ports/node/files.ts';
import { loadState } from '../state/load.ts';
import { saveState } from '../state/save.ts';
import { beginTransaction } from './begin.ts';
import { digestOf, readDisk } from './content.ts';
import { canBeTakenBack, keptTransactions, listTransactions, transactionIds, wayBack } from './history.ts';
import { placesOf, transactionsPath } from './journal.ts';
import { originalsOf } from './originals.ts';
import { finishPending, offline } from './recover.ts';
import { rollBack } from './rollback.ts';
import { emptyMemory, memoryFiles, treeOf } from './testing.ts';
import { beginSteps, commit, noteArmed, openTransaction, writeFiles } from './transaction.ts';

const clock = {
  now: () => new Date('2024-01-31T12:01:02Z'),
  monotonic: () => 0,
  sleep: () => Promise.resolve(),
};
const undo = { release: [], scoped: [], start: [], restart: [], primary: null, extent: null };
const [one, two] = ['/etc/one', '/etc/two'] as const;

function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.problem.code} ${result.problem.place} ${result.problem.message}`);
  return result.value;
}

async function machine(): Promise<{ files: Files; tree: () => unknown }> {
  const memory = emptyMemory();
  const files = memoryFiles(memory);
  const stat = value(await nodeFiles('/').read(`/proc/${process.pid}/stat`));
  if (stat !== null) await files.write(`/proc/${process.pid}/stat`, stat.bytes, { mode: 0o444 });
  await files.makeDirectory('/etc', 0o755);
  return { files, tree: () => treeOf(memory, ['/etc']) };
}

async function changesTo(
  files: Files,
  wanted: Readonly<Record<string, string | null>>,
): Promise<readonly FileChange[]> {
  const disk = value(await readDisk(files, Object.keys(wanted)));
  return Object.entries(wanted).map(([path, text]) => {
    const before = disk.contents.get(path) ?? null;
    const action = text === null ? 'remove' : before === null ? 'create' : 'replace';
    return { path, mac: null, action, before, after: text === null ? null : { text, mode: 0o644 } };
  });
}

function ownedAfter(state: State, changes: readonly FileChange[]): State['files'] {
  const owned = new Map<string, OwnedFile>(state.files);
  for (const { path, after } of changes) {
    if (after === null) owned.delete(path);
    else
      owned.set(path, {
        path,
        digest: digestOf(after.original?.bytes ?? after.text),
        mode: after.mode,
        mac: null,
      });
  }
  return owned;
}

async function make(
  files: Files,
  changes: readonly FileChange[],
  why = 'test',
  after?: State['files'],
): Promise<string> {
  const state = value(await loadState(files));
  const owned = { before: state.files, after: after ?? ownedAfter(state, changes) };
  const plan = { why, changes, owned, undo, snapshot: null, pid: process.pid };
  const transaction = value(await beginTransaction({ files, clock }, plan));
  value(await writeFiles({ files }, transaction, changes));
  expect(value(await commit({ files }, transaction, state)).problem).toBe(null);
  return transaction.id;
}

describe('what stood at a path before enid wrote there', () => {
  it('is told by the first journal of it, also where enid wrote there again since; null where nothing did', async () => {
    const { files } = await machine();
    await files.write(two, Buffer.from([0xff, 0x00, 0x0a]), { mode: 0o640, uid: 12, gid: 34 });
    await make(files, await changesTo(files, { [one]: 'one', [two]: 'ours' }), 'first');
    await make(files, await changesTo(files, { [one]: 'more', [two]: 'ours again' }), 'second');

    const originals = value(await originalsOf(files, new Set([one, two, '/etc/three'])));
    expect([...originals]).toEqual([
      [one, null],
      [two, { bytes: Buffer.from([0xff, 0x00, 0x0a]), mode: 0o640, uid: 12, gid: 34 }],
    ]);
  });
});

describe('taking back what was committed', () => {
  it('leads to before a transaction and everything after it, and can itself be taken back', async () => {
    const { files, tree } = await machine();
    await files.write(two, Buffer.from([0xff, 0x00, 0x0a]), { mode: 0o640, uid: 12, gid: 34 });
    const start = { tree: tree(), owned: [...value(await loadState(files)).files] };
    const first = await make(files, await changesTo(files, { [one]: 'one', [two]: 'ours' }), 'first');
    const middle = tree();
    await make(files, await changesTo(files, { [one]: null, [two]: 'ours again' }), 'second');
    const end = tree();

    const back = value(await wayBack(files, value(await loadState(files)), first));
    expect(back.taken.map(({ why }) => why)).toEqual(['second', 'first']);
    expect(back.ids).toHaveLength(2);
    await make(files, back.changes, 'rollback', back.owned);
    expect({ tree: tree(), owned: [...value(await loadState(files)).files] }).toEqual(start);

    const forth = value(await wayBack(files, value(await loadState(files)), null));
    await make(files, forth.changes, 'rollback of the rollback', forth.owned);
    expect(tree()).toEqual(end);

    const ids = value(await transactionIds(files));
    const toMiddle = value(await wayBack(files, value(await loadState(files)), ids[1] ?? ''));
    await make(files, toMiddle.changes, 'rollback', toMiddle.owned);
    expect(tree()).toEqual(middle);
  });

  it('changes nothing that is so already, and tells what a person wrote since as the state before', async () => {
    const { files } = await machine();
    const id = await make(files, await changesTo(files, { [one]: 'one', [two]: 'two' }));
    await files.remove(one);
    await files.write(two, `${marker}\na person edited this`, { mode: 0o600 });
    const back = value(await wayBack(files, value(await loadState(files)), id));
    expect(back.changes.map((change) => [change.path, change.action])).toEqual([[two, 'remove']]);
    expect(Buffer.from(back.changes[0]?.before?.bytes ?? []).toString()).toBe(
      `${marker}\na person edited this`,
    );
  });

  it('leaves a file without the marker of enid that somebody put there since, whatever the journals say', async () => {
    const { files } = await machine();
    await files.write(one, 'former', { mode: 0o644 });
    const id = await make(
      files,
      await changesTo(files, { [one]: `${marker}\none`, [two]: `${marker}\ntwo` }),
    );
    await make(files, await changesTo(files, { [one]: `${marker}\nnewer` }));
    for (const path of [one, two]) await files.write(path, 'a person', { mode: 0o600 });
    const back = value(await wayBack(files, value(await loadState(files)), id));
    expect(back.changes).toEqual([]);
    expect(back.kept.map(({ code, place }) => [code, place]).sort()).toEqual([
      ['unmanaged', one],
      ['unmanaged', two],
    ]);
  });

  it('knows no transaction that is not there, not committed, or whose backup was tampered with', async () => {
    const { files } = await machine();
    const state = value(await loadState(files));
    expect(await wayBack(files, state, null)).toMatchObject({
      ok: false,
      problem: { code: 'no-transaction' },
    });
    await files.write(one, 'before', { mode: 0o600 });
    const id = await make(files, await changesTo(files, { [one]: 'after' }));
    const undone = value(
      await beginTransaction(
        { files, clock },
        {
          why: 'x',
          changes: await changesTo(files, { [two]: 'x' }),
          owned: { before: new Map(), after: new Map() },
          undo,
          snapshot: null,
          pid: process.pid,
        },
      ),
    );
    await rollBack({ files }, undone, 'harm', null);
    for (const unknown of ['000099-20240131T120102Z', undone.id]) {
      expect(await wayBack(files, state, unknown)).toMatchObject({
        ok: false,
        problem: { code: 'no-transaction', place: unknown, advice: `there are: ${id}` },
      });
      expect(await canBeTakenBack(files, unknown)).toBe(false);
    }
    expect(await canBeTakenBack(files, id)).toBe(true);
    const empty = await make(files, []);
    expect(await canBeTakenBack(files, empty)).toBe(false);
    await files.write(placesOf(id).backup('0-one'), 'forged', { mode: 0o600 });
    expect(await wayBack(files, state, id)).toMatchObject({
      ok: false,
      problem: { code: 'journal-corrupt' },
    });
    await files.remove(placesOf(id).backup('0-one'));
    expect(await wayBack(files, state, null)).toMatchObject({
      ok: false,
      problem: { code: 'journal-corrupt' },
    });
  });
});

describe('the transactions on disk', () => {
  it('are numbered in order whatever the clock says, and the last ones are kept', async () => {
    const { files } = await machine();
    for (let index = 0; index < keptTransactions + 3; index++) {
      await make(files, await changesTo(files, { [one]: `${index}` }), `number ${index}`);
    }
    const past = value(await listTransactions(files));
    expect(past).toHaveLength(keptTransactions);
    expect(past[0]).toEqual({
      id: '000013-20240131T120102Z',
      at: '2024-01-31T12:01:02.000Z',
      why: 'number 12',
      outcome: 'committed',
      paths: [one],
    });
    expect(past.map((entry) => entry.id)).toEqual([...past.map((entry) => entry.id)].sort().reverse());
  });

  it('leave nothing behind that changed no file', async () => {
    const { files } = await machine();
    await make(files, []);
    expect(await files.list(transactionsPath)).toEqual({ ok: true, value: [] });
  });

  it('tell how each ended', async () => {
    const { files } = await machine();
    const begin = async (wanted: Readonly<Record<string, string>>) => {
      const changes = await changesTo(files, wanted);
      const owned = { before: new Map(), after: new Map() };
      return value(
        await beginTransaction(
          { files, clock },
          { why: 'x', changes, owned, undo, snapshot: null, pid: process.pid },
        ),
      );
    };
    const undone = await begin({ [one]: 'x' });
    await rollBack({ files }, undone, 'harm', null);
    const broken = await begin({ [one]: 'x' });
    await files.write(placesOf(broken.id).journal, 'no such line\nnor such\n', { mode: 0o600 });
    expect(value(await listTransactions(files)).map((entry) => entry.outcome)).toEqual(['corrupt', 'undone']);
    // A broken journal is set aside, never guessed at, and does not stand in the way of the next.
    expect(value(await finishPending({ files }, offline))).toMatchObject([
      { id: broken.id, kind: 'set-aside', where: `${transactionsPath}/corrupt-${broken.id}` },
    ]);
    const next = await begin({ [one]: 'x' });
    expect(value(await listTransactions(files))[0]).toMatchObject({ id: next.id, outcome: 'pending' });
  });
});

describe('a transaction', () => {
  it('does not begin while another is open, nor where a file changed since the plan', async () => {
    const { files, tree } = await machine();
    await files.write(one, 'planned for', { mode: 0o600 });
    const changes = await changesTo(files, { [one]: 'new' });
    const owned = { before: new Map(), after: new Map() };
    const plan = { why: 'x', changes, owned, undo, snapshot: null, pid: process.pid };
    await files.write(one, 'a person was faster', { mode: 0o600 });
    const before = tree();
    expect(await beginTransaction({ files, clock }, plan)).toMatchObject({
      ok: false,
      problem: { code: 'edited', place: one },
    });
    expect(await files.list(transactionsPath)).toEqual({ ok: true, value: [] });

    await files.write(one, 'planned for', { mode: 0o600 });
    const open = value(await beginTransaction({ files, clock }, plan));
    expect(await beginTransaction({ files, clock }, plan)).toMatchObject({
      ok: false,
      problem: { code: 'locked' },
    });

    // Between the backup and the write a person may still come: nothing of theirs is lost.
    const faster = `${marker}\na person was faster`;
    await files.write(one, faster, { mode: 0o600 });
    expect(await writeFiles({ files }, open, changes)).toMatchObject({
      ok: false,
      problem: { code: 'edited' },
    });
    const report = await rollBack({ files }, open, 'edited', null);
    expect(report.displaced).toEqual([`${placesOf(open.id).directory}/displaced/etc%one`]);
    expect(await files.readText(report.displaced[0] ?? '')).toEqual({
      ok: true,
      value: faster,
    });
    expect(before).not.toEqual(tree());
  });

  it('that is rolled back leaves a file without the marker that somebody wrote meanwhile, and is closed', async () => {
    const { files } = await machine();
    await files.write(one, `${marker}\nold`, { mode: 0o644 });
    const changes = await changesTo(files, { [one]: `${marker}\nnew`, [two]: `${marker}\nnew` });
    const owned = { before: new Map(), after: new Map() };
    const plan = { why: 'x', changes, owned, undo, snapshot: null, pid: process.pid };
    const open = value(await beginTransaction({ files, clock }, plan));
    value(await writeFiles({ files }, open, changes));
    for (const path of [one, two]) await files.write(path, 'a person', { mode: 0o600 });

    const [closed] = value(await finishPending({ files }, offline));
    expect(closed).toMatchObject({ kind: 'undone', report: { restored: [], displaced: [] } });
    const problems = closed?.kind === 'undone' ? closed.report.problems : [];
    expect(problems.map(({ code, place }) => [code, place]).sort()).toEqual([
      ['unmanaged', one],
      ['unmanaged', two],
    ]);
    expect(await files.readText(one)).toEqual({ ok: true, value: 'a person' });
    expect(await files.readText(two)).toEqual({ ok: true, value: 'a person' });
    expect(value(await finishPending({ files }, offline))).toEqual([]);
  });

  it('runs no step before a dead-man timer is armed', async () => {
    const { files } = await machine();
    const owned = { before: new Map(), after: new Map() };
    const plan = { why: 'x', changes: [], owned, undo, snapshot: null, pid: process.pid };
    const transaction = value(await beginTransaction({ files, clock }, plan));
    expect(await beginSteps(transaction, 'activating')).toMatchObject({
      ok: false,
      problem: { code: 'deadman-unarmed' },
    });
    await noteArmed(transaction, { kind: 'timer', unit: 'x', attempt: 1 });
    expect((await beginSteps(transaction, 'activating')).ok).toBe(true);
  });

  it('survives a line that was cut off, but not one that was changed', async () => {
    const { files } = await machine();
    const changes = await changesTo(files, { [one]: 'new' });
    const owned = { before: new Map(), after: new Map() };
    const plan = { why: 'x', changes, owned, undo, snapshot: null, pid: process.pid };
    const { id } = value(await beginTransaction({ files, clock }, plan));
    const journal = placesOf(id).journal;
    const whole = value(await files.readText(journal)) ?? '';
    const phases = async (): Promise<readonly string[]> => {
      const opened = value(await openTransaction(files, id));
      return opened?.journal.records().map((record) => record.phase) ?? [];
    };
    expect(await phases()).toEqual(['planned', 'backed-up']);
    for (const tail of ['abc', '\0\0\0', 'abc\n', whole.slice(0, 40)]) {
      await files.write(journal, whole + tail, { mode: 0o600 });
      expect(await phases()).toEqual(['planned', 'backed-up']);
      const opened = value(await openTransaction(files, id));
      await opened?.journal.append({ phase: 'writing' });
      expect(await phases()).toEqual(['planned', 'backed-up', 'writing']);
    }
    await files.write(journal, whole.replace('"why":"x"', '"why":"y"'), { mode: 0o600 });
    expect(await openTransaction(files, id)).toMatchObject({
      ok: false,
      problem: { code: 'journal-corrupt' },
    });
    await files.write(journal, whole.split('\n').slice(1).join('\n') + whole, { mode: 0o600 });
    expect(await openTransaction(files, id)).toMatchObject({
      ok: false,
      problem: { code: 'journal-corrupt' },
    });
  });

  it('stands once decided, even if state.json cannot be written then', async () => {
    const { files } = await machine();
    const state = { ...emptyState, refusedPlan: 'x' };
    value(await saveState(files, state));
    const changes = await changesTo(files, { [one]: 'new' });
    const owned = { before: state.files, after: ownedAfter(state, changes) };
    const plan = { why: 'x', changes, owned, undo, snapshot: null, pid: process.pid };
    const transaction = value(await beginTransaction({ files, clock }, plan));
    value(await writeFiles({ files }, transaction, changes));
    const full: Files = {
      ...files,
      write: (path) =>
        Promise.resolve({
          ok: false,
          problem: { code: 'file-unwritable', place: path, message: 'ENOSPC', advice: '' },
        }),
    };
    expect(value(await commit({ files: full }, transaction, state)).problem?.code).toBe('file-unwritable');
    expect(value(await finishPending({ files }, offline))).toEqual([
      { id: transaction.id, kind: 'finished' },
    ]);
    expect([...value(await loadState(files)).files.keys()]).toEqual([one]);
    expect(value(await loadState(files)).refusedPlan).toBe('x');
  });
});
