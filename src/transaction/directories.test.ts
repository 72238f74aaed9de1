import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FileChange, marker, type OwnedFile } from '../model/file.ts';
import type { Result } from '../model/problem.ts';
import { nodeFiles } from '../ports/node/files.ts';
import { loadState } from '../state/load.ts';
import { beginTransaction } from './begin.ts';
import { digestOf, readDisk } from './content.ts';
import { removeEmptied } from './directories.ts';
import { wayBack } from './history.ts';
import { rollBack } from './rollback.ts';
import { commit, writeFiles } from './transaction.ts';

const clock = {
  now: () => new Date('2026-12-01T04:00:00Z'),
  monotonic: () => 0,
  sleep: () => Promise.resolve(),
};
const undo = { release: [], scoped: [], start: [], restart: [], primary: null, extent: null };
const directory = '/etc/systemd/network/10-netplan-eth1.network.d';
const file = `${directory}/60-enid.conf`;
const text = `${marker}\n[Network]\n`;

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'enid-directories-'));
  mkdirSync(join(root, 'etc/systemd'), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.problem.code} ${result.problem.place} ${result.problem.message}`);
  return result.value;
}

/** One transaction: `after` null removes the file. */
async function change(changes: readonly FileChange[], decision: 'commit' | 'roll back'): Promise<void> {
  const files = nodeFiles(root);
  const state = value(await loadState(files));
  const owned = new Map<string, OwnedFile>(state.files);
  for (const { path, after } of changes) {
    if (after === null) owned.delete(path);
    else owned.set(path, { path, digest: digestOf(after.text), mode: after.mode, mac: null });
  }
  const both = { before: state.files, after: owned };
  const plan = { why: 'test', changes, owned: both, undo, snapshot: null, pid: process.pid };
  const transaction = value(await beginTransaction({ files, clock }, plan));
  value(await writeFiles({ files }, transaction, changes));
  if (decision === 'roll back') {
    expect(await rollBack({ files }, transaction, 'test', null)).toMatchObject({ worked: true });
  } else {
    expect(value(await commit({ files }, transaction, state)).problem).toBe(null);
  }
}

async function set(after: string | null, decision: 'commit' | 'roll back' = 'commit'): Promise<void> {
  const before = value(await readDisk(nodeFiles(root), [file])).contents.get(file) ?? null;
  const action = after === null ? 'remove' : before === null ? 'create' : 'replace';
  await change(
    [{ path: file, mac: null, action, before, after: after === null ? null : { text: after, mode: 0o644 } }],
    decision,
  );
}

const isThere = (path: string): boolean => existsSync(join(root, path));
const known = async (): Promise<readonly string[]> => value(await loadState(nodeFiles(root))).directories;

describe('a directory that enid made', () => {
  it('goes with its last file, with those above that enid made as well, and is made again by the way back', async () => {
    await set(text);
    expect(await known()).toEqual(['/etc/systemd/network', directory]);
    await set(null);
    expect(readdirSync(join(root, 'etc/systemd'))).toEqual([]);
    expect(isThere('/etc/systemd')).toBe(true);
    expect(await known()).toEqual([]);

    const files = nodeFiles(root);
    await change(value(await wayBack(files, value(await loadState(files)), null)).changes, 'commit');
    expect(isThere(file)).toBe(true);
    expect(await known()).toEqual(['/etc/systemd/network', directory]);
  });

  it('goes with the rollback of the change that made it, and stays with the rollback of a removal', async () => {
    await set(text, 'roll back');
    expect(readdirSync(join(root, 'etc/systemd'))).toEqual([]);
    await set(text);
    await set(null, 'roll back');
    expect(isThere(file)).toBe(true);
    expect(await known()).toEqual(['/etc/systemd/network', directory]);
  });

  it('stays where somebody has a file in it, and is theirs then', async () => {
    await set(text);
    writeFileSync(join(root, directory, '90-mine.conf'), '[Network]\n');
    await set(null);
    expect(readdirSync(join(root, directory))).toEqual(['90-mine.conf']);
    expect(await known()).toEqual([]);
  });

  it('is not a link that stands there now', async () => {
    mkdirSync(join(root, 'elsewhere'));
    symlinkSync(join(root, 'elsewhere'), join(root, 'etc/link'));
    expect(await removeEmptied(nodeFiles(root), ['/etc/link', '/etc/nothing'], [])).toEqual({
      kept: [],
      removed: [],
      problems: [],
    });
    expect(isThere('/etc/link')).toBe(true);
  });
});

it('a link that somebody put in the place of a new file stays when the change is rolled back', async () => {
  const files = nodeFiles(root);
  const changes: readonly FileChange[] = [
    { path: file, mac: null, action: 'create', before: null, after: { text, mode: 0o644 } },
  ];
  const owned = { before: new Map(), after: new Map() };
  const plan = { why: 'test', changes, owned, undo, snapshot: null, pid: process.pid };
  const transaction = value(await beginTransaction({ files, clock }, plan));
  value(await writeFiles({ files }, transaction, changes));
  rmSync(join(root, file));
  writeFileSync(join(root, 'etc/mine'), text);
  symlinkSync('/etc/mine', join(root, file));
  const report = await rollBack({ files }, transaction, 'test', null);
  expect(report.problems.map(({ code, place }) => [code, place])).toEqual([['unmanaged', file]]);
  expect(report.worked).toBe(true);
  expect(value(await files.linkTarget(file))).toBe('/etc/mine');
});

it('a directory that was there before stays, empty as it was', async () => {
  mkdirSync(join(root, directory), { recursive: true });
  await set(text);
  expect(await known()).toEqual([]);
  await set(null);
  expect(isThere(directory)).toBe(true);
});
