import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

// The built program, whose terminal goes away in the middle of its work.

const program = join(import.meta.dirname, '../dist/enid.cjs');
let directory = '';
let service: Server;
/** Settles when the program has asked the metadata service, which then leaves it waiting for a moment. */
let asked: Promise<void>;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'enid-hang-up-'));
  asked = new Promise((resolve) => {
    service = createServer((_request, response) => {
      resolve();
      setTimeout(() => response.writeHead(500).end(), 300);
    });
  });
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
  const { port } = service.address() as AddressInfo;
  const config = { provider: 'alibaba', metadata: { endpoint: `http://127.0.0.1:${port}`, timeout: '1s' } };
  writeFileSync(join(directory, 'config.yaml'), JSON.stringify(config));
});
afterEach(() => {
  service.closeAllConnections();
  service.close();
  rmSync(directory, { recursive: true });
});

test.each([[[]], [['--json']]])(
  'a hang-up and readers that are gone change nothing, %j',
  async (flags) => {
    const args = [
      program,
      'metadata',
      '--config',
      join(directory, 'config.yaml'),
      '--log-level',
      'debug',
      ...flags,
    ];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
    await asked;

    child.stdout.destroy();
    child.stderr.destroy();
    child.kill('SIGHUP');

    expect(await ended).toEqual({ code: 75, signal: null });
  },
  20_000,
);

test('a reader that has enough is no error', async () => {
  const child = spawn('sh', ['-c', `"$0" "$@" | head -c 1; exit`, process.execPath, program, '--help']);
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += String(chunk);
  });

  await new Promise((resolve) => child.once('exit', resolve));

  expect(said).toBe('');
});

test('output that a full disk does not take is a failure that is told', async () => {
  const child = spawn('sh', ['-c', 'exec "$0" "$@" >/dev/full', process.execPath, program, '--help']);
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += String(chunk);
  });

  const code = await new Promise((resolve) => child.once('close', resolve));

  expect({ code, said }).toMatchObject({ code: 1, said: expect.stringContaining('ENOSPC') });
});
