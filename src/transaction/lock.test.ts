import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeFiles } from '../ports/node/files.ts';
import { clearStaleLock, lockHolder, lockPath, takeLock, waitForLock } from './lock.ts';
import { identify, isAlive } from './process.ts';

let root = '';
let children: ChildProcess[] = [];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'enid-lock-'));
});
afterEach(async () => {
  await Promise.all(children.map(end));
  children = [];
  rmSync(root, { recursive: true, force: true });
});

function sleeper(): number {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  children.push(child);
  return child.pid ?? 0;
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });
}

describe('a process', () => {
  it('is told apart from another one with its pid', async () => {
    const files = nodeFiles(root);
    const found = await identify(files, process.pid);
    const self = found.ok ? found.value : null;
    if (self === null) throw new Error('this process is not there');
    expect(self.boot).toMatch(/^[0-9a-f-]{36}$/);
    expect(await isAlive(files, self)).toEqual({ ok: true, value: true });
    expect(await isAlive(files, { ...self, start: `${self.start}1` })).toEqual({ ok: true, value: false });
    expect(await isAlive(files, { ...self, boot: 'another' })).toEqual({ ok: true, value: false });
  });

  it('is read whatever its name holds, and is nobody once it is a zombie', async () => {
    const stat = (name: string, state: string): string =>
      `42 (${name}) ${state} ${Array.from({ length: 18 }, (_, index) => index).join(' ')} 777 0\n`;
    const files = (text: string) => ({
      read: (path: string) =>
        Promise.resolve({
          ok: true as const,
          value: path.includes('stat') ? { bytes: Buffer.from(text), mode: 0, uid: 0, gid: 0 } : null,
        }),
    });
    expect(await identify(files(stat('a) R 1 (b', 'S')), 42)).toMatchObject({
      ok: true,
      value: { pid: 42, start: '777' },
    });
    expect(await identify(files(stat('x', 'Z')), 42)).toEqual({ ok: true, value: null });
    expect(await identify(nodeFiles(root), 2 ** 22 + 1)).toEqual({ ok: true, value: null });
  });
});

describe('the lock', () => {
  it('is had by one, who is named, until it is given back', async () => {
    const files = nodeFiles(root);
    const first = await takeLock(files, process.pid, 'daemon');
    expect(await takeLock(files, process.pid, 'reconfigure')).toMatchObject({
      ok: false,
      problem: { code: 'locked', message: `enid daemon (process ${process.pid}) is at work` },
    });
    expect(await lockHolder(files)).toMatchObject({ ok: true, value: { pid: process.pid, what: 'daemon' } });
    if (first.ok) await first.value.release();
    expect(await lockHolder(files)).toEqual({ ok: true, value: null });
    expect((await takeLock(files, process.pid, 'reconfigure')).ok).toBe(true);
  });

  it('of a dead holder is no obstacle', async () => {
    const files = nodeFiles(root);
    const pid = sleeper();
    expect((await takeLock(files, pid, 'daemon')).ok).toBe(true);
    expect((await takeLock(files, process.pid, 'other')).ok).toBe(false);
    expect(await clearStaleLock(files, process.pid)).toEqual({ ok: true, value: false });
    await Promise.all(children.map(end));
    expect(await lockHolder(files)).toEqual({ ok: true, value: null });
    expect((await takeLock(files, process.pid, 'other')).ok).toBe(true);
  });

  it.each([['nothing'], ['{"pid":'], ['{"pid":-1,"start":"1","boot":"","what":""}'], ['null']])(
    'that reads "%s" belongs to nobody',
    async (text) => {
      const files = nodeFiles(root);
      await files.write(lockPath, text, { mode: 0o600 });
      expect(await clearStaleLock(files, process.pid)).toEqual({ ok: true, value: true });
      await files.write(lockPath, text, { mode: 0o600 });
      expect((await takeLock(files, process.pid, 'x')).ok).toBe(true);
    },
  );

  it('of a dead holder is taken over by exactly one of many', async () => {
    for (let round = 0; round < 20; round++) {
      const files = nodeFiles(join(root, `${round}`));
      await files.write(lockPath, JSON.stringify({ pid: 1, start: '0', boot: 'old', what: 'dead' }), {
        mode: 0o600,
      });
      const tries = await Promise.all(
        Array.from({ length: 8 }, (_, index) => takeLock(files, process.pid, `${index}`)),
      );
      const winners = tries.flatMap((tried) => (tried.ok ? [tried.value.holder.what] : []));
      expect(winners).toHaveLength(1);
      expect(await lockHolder(files)).toMatchObject({ ok: true, value: { what: winners[0] } });
      expect(readdirSync(join(root, `${round}/run/enid`))).toEqual(['lock']);
    }
  });

  it('is not given back by one who lost it', async () => {
    const files = nodeFiles(root);
    const first = await takeLock(files, process.pid, 'first');
    writeFileSync(
      join(root, lockPath),
      JSON.stringify({ pid: sleeper(), start: '1', boot: 'x', what: 'second' }),
    );
    if (first.ok) await first.value.release();
    expect(readdirSync(join(root, 'run/enid'))).toEqual(['lock']);
  });

  it('can be waited for, not longer than told', async () => {
    let now = 0;
    const files = nodeFiles(root);
    const held = await takeLock(files, process.pid, 'first');
    const clock = {
      now: () => new Date(0),
      monotonic: () => now,
      sleep: async (milliseconds: number) => {
        now += milliseconds;
        if (now === 500 && held.ok) await held.value.release();
      },
    };
    expect(await waitForLock({ files, clock }, process.pid, 'second', 300)).toMatchObject({
      ok: false,
      problem: { code: 'locked' },
    });
    expect((await waitForLock({ files, clock }, process.pid, 'second', 300)).ok).toBe(true);
  });
});
