import { expect, test } from 'vitest';
import { aMac } from '../metadata/testing.ts';
import type { FileChange, OwnedFile } from '../model/file.ts';
import type { Result } from '../model/problem.ts';
import { emptyState } from '../model/state.ts';
import { nodeFiles } from '../ports/node/files.ts';
import { beginTransaction } from '../transaction/begin.ts';
import { digestOf } from '../transaction/content.ts';
import { emptyMemory, memoryFiles } from '../transaction/testing.ts';
import { commit, writeFiles } from '../transaction/transaction.ts';
import { withPrimaryFiles } from './primary-files.ts';

const clock = { now: () => new Date(0), monotonic: () => 0, sleep: () => Promise.resolve() };
const undo = { release: [], scoped: [], start: [], restart: [], primary: null, extent: null };
const [primary, other] = [aMac('00:16:3e:00:00:01'), aMac('00:16:3e:00:00:02')];

function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.problem.message);
  return result.value;
}

const content = (text: string) => ({ bytes: Buffer.from(text), mode: 0o644, uid: 0, gid: 0 });
const ours = (path: string, before: string | null): FileChange => ({
  ...{
    path,
    mac: primary,
    action: before === null ? 'create' : 'replace',
    after: { text: 'ours', mode: 0o644 },
  },
  before: before === null ? null : content(before),
});
const owned = (path: string): [string, OwnedFile] => [
  path,
  { path, digest: digestOf('ours'), mode: 0o644, mac: primary },
];

test('what stood at a path of the primary before enid’s file comes back; what no journal tells is left', async () => {
  const files = memoryFiles(emptyMemory());
  const stat = value(await nodeFiles('/').read(`/proc/${process.pid}/stat`));
  if (stat !== null) await files.write(`/proc/${process.pid}/stat`, stat.bytes, { mode: 0o444 });
  await files.write('/etc/two', 'of the distribution', { mode: 0o644 });
  const changes = [ours('/etc/one', null), ours('/etc/two', 'of the distribution')];
  const after = new Map(changes.map(({ path }) => owned(path)));
  const plan = {
    why: 'a lie',
    changes,
    owned: { before: new Map(), after },
    undo,
    snapshot: null,
    pid: process.pid,
  };
  const transaction = value(await beginTransaction({ files, clock }, plan));
  value(await writeFiles({ files }, transaction, changes));
  value(await commit({ files }, transaction, emptyState));

  const former = new Map([...after, owned('/etc/three')]);
  const removals = [...former.keys()].map(
    (path): FileChange => ({
      ...{ path, mac: primary, action: 'remove', before: content('ours'), after: null },
    }),
  );
  const removing = { changes: removals, kept: [], owned: new Map() };
  const back = value(await withPrimaryFiles(files, removing, primary, former));
  expect(back.changes.map(({ path, action, after: then }) => [path, action, then?.text])).toEqual([
    ['/etc/one', 'remove', undefined],
    ['/etc/two', 'replace', 'of the distribution'],
  ]);
  expect(back.kept).toMatchObject([{ path: '/etc/three', problem: { code: 'edited' } }]);
  expect([...back.owned.keys()]).toEqual(['/etc/three']);

  expect(value(await withPrimaryFiles(files, removing, other, former))).toBe(removing);
});
