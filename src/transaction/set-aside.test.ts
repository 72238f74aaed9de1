import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { emptyState } from '../model/state.ts';
import { nodeFiles } from '../ports/node/files.ts';
import { saveState } from '../state/save.ts';
import { digestOf } from './content.ts';
import { pendingTransactions } from './history.ts';
import { transactionsPath } from './journal.ts';
import { lockPath, takeLock } from './lock.ts';
import { movedJournalNotes } from './moved.ts';
import { finishPending, offline } from './recover.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'enid-aside-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const id = '000007-20260101T000000Z';
const line = (record: unknown) => {
  const json = JSON.stringify(record);
  return `${digestOf(json).slice(0, 16)} ${json}\n`;
};

/** A transaction that is pending, with a backup; `make` puts something where its journal should be. */
function pending(make: (path: string) => void): string {
  const directory = join(root, transactionsPath, id);
  mkdirSync(join(directory, 'backup'), { recursive: true });
  writeFileSync(join(directory, 'pending'), '');
  writeFileSync(join(directory, 'backup/0-eth1'), 'former');
  make(join(directory, 'journal'));
  return directory;
}

describe('a pending journal that cannot be read holds nothing up and is kept', () => {
  it.each<[string, 'corrupt' | 'newer', (path: string) => void]>([
    ['no UTF-8', 'corrupt', (path) => writeFileSync(path, Buffer.from([0xff, 0xfe, 0x0a, 0x80, 0x0a]))],
    ['no UTF-8 and no line', 'corrupt', (path) => writeFileSync(path, Buffer.from([0xff, 0xfe, 0x80]))],
    ['zeros', 'corrupt', (path) => writeFileSync(path, Buffer.alloc(4096))],
    ['empty', 'corrupt', (path) => writeFileSync(path, '')],
    ['a directory', 'corrupt', (path) => mkdirSync(path)],
    ['a FIFO', 'corrupt', (path) => execFileSync('mkfifo', [path])],
    [
      'huge',
      'corrupt',
      (path) => {
        writeFileSync(path, '');
        truncateSync(path, 1024 ** 4);
      },
    ],
    ['of a newer enid', 'newer', (path) => writeFileSync(path, line({ phase: 'planned', schema: 2, id }))],
  ])('%s', async (_, kind, make) => {
    const directory = pending(make);
    const before = readdirSync(directory);
    const files = nodeFiles(root);

    const recovered = await finishPending({ files }, offline);

    const where = `${transactionsPath}/${kind}-${id}`;
    expect(recovered).toMatchObject({ ok: true, value: [{ id, kind: 'set-aside', where }] });
    expect(readdirSync(join(root, where))).toEqual(before);
    expect(readFileSync(join(root, where, 'backup/0-eth1'), 'utf8')).toBe('former');
    expect(await pendingTransactions(files)).toEqual({ ok: true, value: [] });
    expect(await finishPending({ files }, offline)).toEqual({ ok: true, value: [] });
  });

  it('never over one that was moved before', async () => {
    for (const place of [`corrupt-${id}`, `corrupt-${id}-2`, `corrupt-${id}-3`]) {
      pending((path) => writeFileSync(path, 'nonsense\nnonsense\n'));
      const recovered = await finishPending({ files: nodeFiles(root) }, offline);
      expect(recovered).toMatchObject({ ok: true, value: [{ where: `${transactionsPath}/${place}` }] });
    }
  });

  it('and one that a crash cut off at its first line is dropped: nothing was changed', async () => {
    const directory = pending((path) => writeFileSync(path, line({ phase: 'planned' }).slice(0, 20)));
    rmSync(join(directory, 'backup'), { recursive: true });
    const recovered = await finishPending({ files: nodeFiles(root) }, offline);
    expect(recovered).toEqual({ ok: true, value: [{ id, kind: 'dropped' }] });
  });
});

it('what was moved since its journal could not be read is a note, until it is removed', async () => {
  const files = nodeFiles(root);
  expect(await movedJournalNotes(files)).toEqual([]);
  pending((path) => writeFileSync(path, 'nonsense\nnonsense\n'));
  await finishPending({ files }, offline);
  mkdirSync(join(root, transactionsPath, `newer-${id}`));
  const [corrupt, newer, ...more] = await movedJournalNotes(files);
  expect(more).toEqual([]);
  expect(corrupt).toContain(
    `its journal is corrupt: its former files are in ${transactionsPath}/corrupt-${id}/backup`,
  );
  expect(newer).toContain('its journal is of a newer enid');
  rmSync(join(root, transactionsPath), { recursive: true });
  expect(await movedJournalNotes(files)).toEqual([]);
});

it('what a killed enid left half-written goes, what a living one writes and what is not ours stays', async () => {
  const directory = pending((path) => writeFileSync(path, 'nonsense\nnonsense\n'));
  rmSync(join(directory, 'pending'));
  const [path, other] = ['/etc/netplan/60-enid-eth1.yaml', '/etc/systemd'];
  const owned = { path, digest: digestOf(''), mode: 0o600, mac: null };
  await saveState(nodeFiles(root), { ...emptyState, files: new Map([[path, owned]]) });
  const places = [join(root, 'run/enid'), directory, join(directory, 'backup'), join(root, dirname(path))];
  for (const place of [...places, join(root, other)]) mkdirSync(place, { recursive: true });
  const names = [
    `.enid-tmp-a.${process.pid}.1`,
    '.enid-tmp-b.4194305.1',
    '.enid-tmp-mine',
    '.other.4194305.1',
  ];
  for (const place of [...places, join(root, other)])
    for (const name of names) writeFileSync(join(place, name), '');

  expect(await finishPending({ files: nodeFiles(root) }, offline)).toEqual({ ok: true, value: [] });

  for (const place of places)
    expect(readdirSync(place).filter((name) => name.startsWith('.'))).toEqual(
      names.filter((name) => !name.includes('-b.')).sort(),
    );
  expect(readdirSync(join(root, other)).length).toBe(names.length);
});

it.each<[string, (path: string) => void]>([
  ['no UTF-8', (path) => writeFileSync(path, Buffer.from([0xff, 0x0a]))],
  ['a FIFO', (path) => execFileSync('mkfifo', [path])],
  ['an empty directory', (path) => mkdirSync(path)],
  ['huge', (path) => writeFileSync(path, 'x'.repeat(70_000))],
])('a lock that is nobody’s holds nothing up: %s', async (_, make) => {
  const path = join(root, lockPath);
  mkdirSync(join(root, 'run/enid'), { recursive: true });
  make(path);
  const lock = await takeLock(nodeFiles(root), process.pid, 'test');
  expect(lock).toMatchObject({ ok: true, value: { holder: { pid: process.pid } } });
  expect(lock.ok && (await lock.value.release())).toEqual({ ok: true, value: undefined });
  expect(readdirSync(join(root, 'run/enid'))).toEqual([]);
});
