import { spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RenderedFile } from '../../src/model/file.ts';
import { stack } from '../../src/render/testing.ts';
import { goldenCases } from '../golden-systems.ts';
import { renderGolden, renderSaved } from '../render-golden.ts';

/*
 * Every netplan file is given to the real `netplan generate` (package netplan.io) beside one of cloud-init, and what it makes
 * for systemd-networkd or NetworkManager is looked at. Where netplan is missing this fails: it is never skipped.
 */
let root = '';

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'enid-netplan-'));
});

afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

const systems = ['ubuntu:18.04', 'ubuntu:20.04', 'ubuntu:22.04', 'ubuntu:24.04', 'debian:12', 'debian:13'];

describe.each(systems)('netplan takes the files for %s', (os) => {
  it.each(goldenCases)('%s', async (name) => {
    const { files } = await renderGolden({ os }, name);

    const generated = await generate(files);

    const yamls = files.filter((file) => file.path.startsWith('/etc/netplan/'));
    expect(yamls).not.toHaveLength(0);
    for (const { text } of yamls) {
      const id = /^ {4}"(.*)":$/m.exec(text)?.[1];
      const network = generated[`systemd/network/10-netplan-${id}.network`] ?? '';
      expect(count(network, /^\[Route\]$/gm)).toBe(count(text, /^ {8}- to: /gm));
      expect(count(network, /^\[RoutingPolicyRule\]$/gm)).toBe(count(text, /^ {8}- priority: /gm));
      expect(network).toContain('RequiredForOnline=no');
      expect(network).toContain('IPv6AcceptRA=no');
      expect(network).not.toMatch(/^UseRoutes=true$/m);
      expect(network.includes('UseRoutes=false')).toBe(text.includes('dhcp4: true'));
    }
    for (const { path } of files.filter((file) => file.path.endsWith('.network.d/60-enid.conf'))) {
      expect(Object.keys(generated)).toContain(dirname(path).replace('/etc/', '').replace(/\.d$/, ''));
    }
  });
});

it('netplan makes nothing of VLANs, which its back end is told of directly', async () => {
  const { files } = await renderGolden({ os: 'debian:12' }, 'vlan-2');

  const generated = await generate(files);

  expect(Object.keys(generated).filter((path) => /\.[12]00/.test(path))).toEqual([]);
  expect(Object.values(generated).join('')).not.toMatch(/^VLAN=/m);
});

describe('netplan with renderer NetworkManager', () => {
  const versions = { ...stack().versions, netplan: [0, 106], networkmanager: [1, 42], kernel: [6, 1] };
  const behind = stack({ id: 'netplan', format: 'netplan', renderer: 'networkmanager', versions });

  it.each(goldenCases)('%s', async (name) => {
    const { files } = await renderSaved(behind, name);

    const generated = await generate(files, 'NetworkManager');

    for (const { text } of files.filter((file) => file.path.startsWith('/etc/netplan/'))) {
      const id = /^ {4}"(.*)":$/m.exec(text)?.[1];
      const profile = generated[`NetworkManager/system-connections/netplan-${id}.nmconnection`] ?? '';
      expect(count(profile, /^route\d+=/gm)).toBe(count(text, /^ {8}- to: /gm));
      expect(count(profile, /^routing-rule\d+=priority/gm)).toBe(count(text, /\.routing-rule\d+: /gm));
      expect(count(profile, /^never-default=true$/gm)).toBe(count(text, /use-routes: false/gm));
      expect(count(profile, /^route-table=2100\d$/gm)).toBe(count(text, /\.route-table: /gm));
      const six = /^\[ipv6\]\n(?:.+\n)*?method=(\w+)/m.exec(profile)?.[1];
      expect(six === 'dhcp' || six === 'auto').toBe(text.includes('dhcp6: true'));
      expect(text).toContain(six === 'dhcp' || six === 'auto' ? `ipv6.method: "${six}"` : '');
    }
  });
});

it('netplan refuses a key it does not know, so a test here can fail', async () => {
  const [file] = (await renderGolden({ os: 'debian:12' }, 'dhcp-1')).files;
  if (file === undefined) throw new Error('nothing was rendered');
  await put([{ ...file, text: file.text.replace('dhcp4:', 'dhcp5:') }], 'networkd');

  expect(spawnSync('netplan', ['generate', '--root-dir', root]).status).not.toBe(0);
});

async function put(files: readonly RenderedFile[], renderer: string): Promise<void> {
  const cloudInit = [
    'network:',
    '  version: 2',
    `  renderer: ${renderer}`,
    '  ethernets:',
    ...['0', '1'].flatMap((number) => [
      `    eth${number}:`,
      '      dhcp4: true',
      `      match: {macaddress: "00:16:3e:12:16:0${number}"}`,
      `      set-name: eth${number}`,
    ]),
  ];
  const written = [
    ...files,
    { path: '/etc/netplan/50-cloud-init.yaml', text: `${cloudInit.join('\n')}\n`, mode: 0o600 },
  ];
  for (const { path, text, mode } of written) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
    await chmod(join(root, path), mode);
  }
}

/** What netplan made, by path below /run. It must not even have warned. */
async function generate(
  files: readonly RenderedFile[],
  renderer = 'networkd',
): Promise<Readonly<Record<string, string>>> {
  await put(files, renderer);
  const ran = spawnSync('netplan', ['generate', '--root-dir', root], { encoding: 'utf8' });
  if (ran.error !== undefined) throw new Error(`install the package netplan.io: ${ran.error.message}`);
  expect(ran.stderr).toBe('');
  expect(ran.status).toBe(0);
  const made = await readdir(join(root, 'run'), { recursive: true, withFileTypes: true });
  const texts = made
    .filter((entry) => entry.isFile())
    .map(async (entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path.slice(join(root, 'run').length + 1), await readFile(path, 'utf8')] as const;
    });
  return Object.fromEntries(await Promise.all(texts));
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}
