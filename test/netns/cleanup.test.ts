import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { leftovers } from '../lab/cleanup.ts';
import { program } from '../lab/metadata.ts';

// The demonstration leaves nothing behind, however it ends.

interface Interrupted {
  /** As a shell tells it: 128 and the number of the signal, whether it was caught or not. */
  readonly code: number;
  /** Processes of that demonstration that are still there a moment later. */
  readonly processes: readonly string[];
  /** What it left in the temporary directory. */
  readonly directories: readonly string[];
}

/** Starts the demonstration and sends it a signal as soon as it has said so much. */
async function interruptedAt(said: string, signal: NodeJS.Signals): Promise<Interrupted> {
  const temporary = mkdtempSync(join(tmpdir(), 'enid-interrupted-'));
  const child = spawn(process.execPath, [program('dist/dev/demo.mjs')], {
    env: { ...process.env, TMPDIR: temporary },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    const before = output.includes(said);
    output += chunk.toString('utf8');
    if (!before && output.includes(said)) child.kill(signal);
  });
  const code = await new Promise<number>((resolve) => {
    child.once('close', (status, by) => resolve(status ?? 128 + (by === null ? 0 : constants.signals[by])));
  });
  expect(output).toContain(said);
  const id = `${child.pid}-`;
  await expect.poll(() => leftovers(id), { timeout: 3000 }).toEqual([]);
  const result = { code, processes: leftovers(id), directories: readdirSync(temporary) };
  rmSync(temporary, { recursive: true });
  return result;
}

test('interrupted while the VPC is being made', async () => {
  expect(await interruptedAt('A VPC, and a server', 'SIGINT')).toEqual({
    code: 130,
    processes: [],
    directories: [],
  });
});

test('ended while the daemon runs', async () => {
  expect(await interruptedAt('server: eth0', 'SIGTERM')).toEqual({
    code: 143,
    processes: [],
    directories: [],
  });
});

test('killed: the namespaces end with it', async () => {
  expect(await interruptedAt('server: eth0', 'SIGKILL')).toMatchObject({ code: 137, processes: [] });
});
