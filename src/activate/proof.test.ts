import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { nodeExec } from '../ports/node/exec.ts';
import { nodeFiles } from '../ports/node/files.ts';
import { proveFiles } from './proof.ts';
import { change, file, nic, stack } from './testdata/change.ts';

const directory = mkdtempSync(join(tmpdir(), 'enid-proof-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const ports = { exec: nodeExec(), files: nodeFiles('/') };
const netplan = stack({ id: 'netplan', format: 'netplan' });
const yaml = (text: string) =>
  change(netplan, {
    touched: [nic(1)],
    files: [file('/etc/netplan/60-enid-eth1.yaml', nic(1), 'create', text)],
  });
const network = (body: string) => `network:\n  version: 2\n  ethernets:\n    eth1:\n${body}`;
const installed = existsSync('/usr/sbin/netplan');

describe('proveFiles', () => {
  it('asks nobody about files that netplan does not read', async () => {
    const silent = {
      files: ports.files,
      exec: { ...ports.exec, run: () => Promise.reject(new Error('not to be asked')) },
    };
    const path = '/etc/systemd/network/0-enid-eth1.network';
    const other = change(stack({ id: 'networkd', format: 'networkd' }), {
      files: [file(path, nic(1), 'create', 'x')],
    });
    expect(await proveFiles(silent, other, directory)).toEqual({ ok: true, value: undefined });
    expect(await proveFiles(silent, change(netplan), directory)).toEqual({ ok: true, value: undefined });
  });

  it.runIf(installed)('lets pass what netplan takes, and leaves nothing', async () => {
    expect(await proveFiles(ports, yaml(network('      dhcp4: true\n')), directory)).toEqual({
      ok: true,
      value: undefined,
    });
    expect(existsSync(directory)).toBe(false);
  });

  it.runIf(installed).each([
    ['a key that it does not know', network('      dhcp4: true\n      dhcp5: true\n')],
    ['a value of a wrong kind', network('      mtu: many\n')],
    ['broken YAML', 'network: [\n'],
  ])('gives the words of netplan for %s', async (_, text) => {
    const found = await proveFiles(ports, yaml(text), directory);
    expect(found).toMatchObject({ ok: false, problem: { code: 'rejected-by-consumer', place: 'netplan' } });
    if (!found.ok) expect(found.problem.message).toMatch(/^\/etc\/netplan\/60-enid-eth1\.yaml:\d+:\d+: /);
    expect(existsSync(directory)).toBe(false);
  });
});
