import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeFiles } from './files.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'enid-entries-'));
  mkdirSync(join(root, 'run/box'), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const box = () => join(root, 'run/box');

describe('drain', () => {
  it('removes whatever lies there, by its bytes, and follows and opens nothing', async () => {
    writeFileSync(join(root, 'kept'), 'kept');
    for (const name of ['plain', 'two\nlines', ' ', '-rf', 'x'.repeat(255), '\u202eabc'])
      writeFileSync(join(box(), name), '');
    writeFileSync(Buffer.concat([Buffer.from(`${box()}/odd`), Buffer.from([0xff, 0xfe])]), '');
    execFileSync('mkfifo', [join(box(), 'fifo')]);
    symlinkSync(join(root, 'kept'), join(box(), 'link'));
    symlinkSync('/nowhere', join(box(), 'dangling'));
    writeFileSync(join(box(), 'unreadable'), '', { mode: 0 });
    mkdirSync(join(box(), 'directory/below'), { recursive: true });

    const names: string[] = [];
    const drained = await nodeFiles(root).drain('/run/box', (name) => names.push(name));

    expect(drained).toEqual({ ok: true, value: { removed: 11, left: null } });
    expect(names).toHaveLength(11);
    expect(names).toContain('two\nlines');
    expect(readdirSync(box())).toEqual(['directory']);
    expect(readFileSync(join(root, 'kept'), 'utf8')).toBe('kept');
  });

  it('says null where there is no directory', async () => {
    expect(await nodeFiles(root).drain('/run/none', () => {})).toEqual({ ok: true, value: null });
  });

  it('ends where something fills the directory without rest', async () => {
    writeFileSync(join(box(), 'a'), '');
    let filled = 0;
    const drained = await nodeFiles(root).drain('/run/box', () => {
      writeFileSync(join(box(), `again-${filled++}`), '');
      if (filled > 10_000) throw new Error('endless');
    });
    expect(drained).toMatchObject({ ok: true, value: { left: null } });
  });
});

describe('watchEntries', () => {
  it('tells of entries, also when the directory is made later or anew, and of nothing beside it', async () => {
    rmSync(box(), { recursive: true });
    let told = 0;
    let seen = 0;
    const watching = nodeFiles(root).watchEntries('/run/box', () => told++);
    await watching.ready;
    const tells = async (change: () => void) => {
      change();
      const until = Date.now() + 3_000;
      while (told === seen && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 10));
      // What belongs to this change has come when nothing more comes.
      await new Promise((resolve) => setTimeout(resolve, 50));
      const isTold = told > seen;
      seen = told;
      return isTold;
    };
    expect(await tells(() => mkdirSync(box()))).toBe(true);
    expect(await tells(() => writeFileSync(join(box(), 'one'), ''))).toBe(true);
    expect(await tells(() => rmSync(box(), { recursive: true }))).toBe(true);
    mkdirSync(join(root, 'other'));
    expect(await tells(() => mkdirSync(box()))).toBe(true);
    expect(await tells(() => writeFileSync(join(box(), 'two'), ''))).toBe(true);
    await watching.stop();
    writeFileSync(join(box(), 'three'), '');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(told).toBe(seen);
  });
});
