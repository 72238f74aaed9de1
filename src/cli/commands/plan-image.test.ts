import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseInstance } from '../../metadata/instance-schema.ts';
import type { InstanceNetwork } from '../../model/instance.ts';
import { parseMac } from '../../model/mac.ts';
import type { Result } from '../../model/problem.ts';
import { emptyState } from '../../model/state.ts';
import { statusPath } from '../../report/status.ts';
import { statePath } from '../../state/load.ts';
import { printState } from '../../state/save.ts';
import { runCli } from '../run.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'enid-image-'));
  put('/etc/os-release', 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n');
  put('/etc/enid/config.yaml', 'stack: networkd\n');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function put(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

const enid = (...argv: readonly string[]) =>
  runCli({
    argv: ['--root', root, ...argv],
    environment: {},
    terminal: false,
    errorTerminal: false,
    uid: 1000,
    version: 'test',
    self: [],
    templates: new URL('../../../templates', import.meta.url).pathname,
    stopping: new AbortController().signal,
  });

function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.problem.code} ${result.problem.place} ${result.problem.message}`);
  return result.value;
}

const [one, two] = ['fa:16:3e:ff:00:01', 'fa:16:3e:ff:00:02'].map((mac) => value(parseMac(mac, mac)));
const family = (host: number, subnet: string) => ({
  addresses: [`${subnet}.${host}`],
  prefixes: [],
  gateway: `${subnet}.1`,
  subnet: `${subnet}.0/24`,
  prefixLength: 24,
});
const none = { addresses: [], prefixes: [], gateway: null, subnet: null, prefixLength: null };
const saved = {
  schema: 1,
  cloud: 'alibaba',
  instanceId: 'i-1',
  primaryMac: one,
  dns: [],
  interfaces: [
    {
      mac: one,
      id: null,
      name: null,
      primary: true,
      vlan: null,
      mtu: null,
      ipv4: family(10, '198.51.100'),
      ipv6: none,
    },
    {
      mac: two,
      id: null,
      name: null,
      primary: false,
      vlan: null,
      mtu: null,
      ipv4: family(10, '203.0.113'),
      ipv6: none,
    },
  ],
};

/** An image whose enid believed this, knew the secondary as enx7 and gave it slot 7. */
function believed(): void {
  const instance: InstanceNetwork = value(parseInstance(saved, 'saved'));
  const state = {
    ...emptyState,
    believed: instance,
    slots: new Map([[two ?? one, 7]]),
    names: new Map([[two ?? one, 'enx7']]),
  };
  put(statePath, printState(state as typeof emptyState));
}

describe('plan --root', () => {
  it('is of the files alone: metadata, name and slot by the image, NICs by MAC, nothing of this machine', async () => {
    believed();
    const { exitCode, output, errors } = await enid('plan', '--json');
    expect(errors).toBe('');
    expect(exitCode).toBe(10);
    const plan = JSON.parse(output);
    expect(plan).toMatchObject({
      pending: true,
      steps: [],
      ip: [],
      sysctls: [],
      differences: [],
      leftAlone: [],
    });
    const file = plan.files.find(({ mac }: { mac: string | null }) => mac === two);
    expect(file.diff).toContain('21007');
    expect(file.path).toContain('enx7');
    expect(plan.notes.join()).toContain('not known here');
    expect((await enid('plan')).output).toContain(
      'The first run on a machine that boots this image does it.',
    );
  });

  it('has nothing to do where the files are as they should be', async () => {
    believed();
    const { files } = JSON.parse((await enid('plan', '--json')).output);
    for (const { path, diff } of files) {
      const lines: readonly string[] = diff.split('\n');
      const text = lines
        .filter((line) => line.startsWith('+') && !line.startsWith('+++'))
        .map((line) => line.slice(1));
      put(path, `${text.join('\n')}\n`);
    }
    const after = await enid('plan', '--json');
    const left = JSON.parse(after.output).files;
    expect(left.filter(({ diff }: { diff: string }) => /^[+-][^+-]/m.test(diff))).toEqual([]);
  });

  it('does not ask the cloud of this machine where the image has no metadata', async () => {
    for (const command of ['plan', 'metadata']) {
      const { exitCode, errors } = await enid(command);
      expect(errors).toContain('no metadata is saved in the image');
      expect(exitCode).toBe(75);
    }
  });

  it('goes by the saved file that its configuration names', async () => {
    put(
      '/etc/enid/config.yaml',
      'stack: networkd\nprovider: file\nmetadata: { file: /etc/enid/saved.json }\n',
    );
    put('/etc/enid/saved.json', JSON.stringify(saved));
    expect((await enid('plan', '--json')).exitCode).toBe(10);
    const { exitCode, output } = await enid('metadata', '--json');
    expect(exitCode).toBe(0);
    expect(JSON.parse(output).interfaces.map(({ name }: { name: string | null }) => name)).toEqual([
      null,
      null,
    ]);
  });
});

it.each(['doctor', 'rollback', 'reconfigure'])('%s --root is refused', async (command) => {
  expect(await enid(command)).toMatchObject({
    exitCode: 2,
    errors: expect.stringContaining('the running system'),
  });
});

it('status --root is what the image holds, and says nothing of a daemon', async () => {
  expect((await enid('status')).errors).toContain('the image holds no status');
  const status = {
    schema: 1,
    state: 'ok',
    distro: null,
    lastRun: null,
    interfaces: [],
    problems: [],
    notes: [],
  };
  put(statusPath, JSON.stringify({ version: 'x', cloud: null, stack: null, instanceId: null, ...status }));
  const { output, exitCode } = await enid('status');
  expect(exitCode).toBe(0);
  expect(output).not.toContain('daemon');
});
