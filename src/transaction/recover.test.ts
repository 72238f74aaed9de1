import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sysctlsPath } from '../kernel/sysctls.ts';
import type { OwnedFile } from '../model/file.ts';
import { marker } from '../model/file.ts';
import type { Mac } from '../model/mac.ts';
import { ok, type Result } from '../model/problem.ts';
import { emptyState, type State } from '../model/state.ts';
import type { Files } from '../ports/files.ts';
import { nodeClock } from '../ports/node/clock.ts';
import { nodeFiles } from '../ports/node/files.ts';
import { loadState, statePath } from '../state/load.ts';
import { saveState } from '../state/save.ts';
import { digestOf } from './content.ts';
import { listTransactions, wayBack } from './history.ts';
import { lockPath } from './lock.ts';
import { misplaced } from './misplaced.ts';
import { recover } from './recover.ts';

const [one, two] = ['00:16:3e:00:00:01', '00:16:3e:00:00:02'] as [Mac, Mac];
const nothing = { transactions: [], movedAside: [], rewritten: [] };

function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.problem.message);
  return result.value;
}

function stateOf(paths: Readonly<Record<string, Mac | null>>, names: ReadonlyMap<Mac, string>): State {
  const files = Object.entries(paths).map(([path, mac]): [string, OwnedFile] => [
    path,
    { path, digest: digestOf(path), mode: 0o644, mac },
  ]);
  return { ...emptyState, names, files: new Map(files) };
}

/** Files with a /proc/sys of their own. */
function withProc(files: Files, proc: Map<string, string>): Files {
  const keyOf = (path: string): string | null => /^\/proc\/sys\/(.+)$/.exec(path)?.[1] ?? null;
  return {
    ...files,
    readText: (path) => {
      const key = keyOf(path);
      return key === null ? files.readText(path) : Promise.resolve(ok(proc.get(key) ?? null));
    },
    poke: (path, text) => {
      proc.set(keyOf(path) ?? path, text);
      return Promise.resolve(ok(undefined));
    },
  };
}

describe('files whose NIC is another one now', () => {
  const names = new Map([[two, 'eth1']]);
  const byName = [
    '/etc/sysconfig/network-scripts/ifcfg-eth1',
    '/etc/sysconfig/network/ifrule-eth1',
    '/etc/sysconfig/network-scripts/ifcfg-eth1:1',
    '/etc/dhcp/dhclient-eth1.conf',
    '/etc/network/interfaces.d/eth1',
    '/etc/network/enid-eth1.dhcpcd',
  ];
  const byMac = [
    '/etc/dhcp/dhclient-enter-hooks.d/enid-eth1',
    '/etc/netplan/60-enid-eth1.yaml',
    '/etc/systemd/network/10-netplan-0-enid-eth1.network.d/60-enid.conf',
    '/etc/systemd/network/60-enid-eth1.network',
    '/etc/NetworkManager/system-connections/enid-eth1.nmconnection',
    '/etc/NetworkManager/dispatcher.d/60-enid-eth1',
  ];
  const all = Object.fromEntries([...byName, ...byMac].map((path) => [path, two]));
  const state = stateOf({ ...all, '/etc/sysctl.d/60-enid.conf': null }, names);

  it('are those that go by the name', () => {
    expect(misplaced(state, new Map([['eth1', one]]))).toEqual([...byName].sort());
  });

  it('are none while the name is still its own, or nobody has it', () => {
    expect(misplaced(state, new Map([['eth1', two]]))).toEqual([]);
    expect(misplaced(state, new Map([['eth2', one]]))).toEqual([]);
    expect(misplaced(stateOf(all, new Map()), new Map([['eth1', one]]))).toEqual([]);
  });

  it('are those of a VLAN whose parent’s name belongs to another NIC', () => {
    const vlan = 'fa:16:3e:00:01:00' as Mac;
    const profile = '/etc/NetworkManager/system-connections/enid-eth1.100.nmconnection';
    const ifcfg = '/etc/sysconfig/network-scripts/ifcfg-eth1.100';
    const other = '/etc/systemd/network/0-enid-eth1.100.network';
    const own = { [profile]: vlan, [ifcfg]: vlan, [other]: vlan };
    const known = new Map([
      [two, 'eth1'],
      [vlan, 'eth1.100'],
    ]);
    expect(misplaced(stateOf(own, known), new Map([['eth1', one]]))).toEqual([profile, ifcfg]);
    expect(misplaced(stateOf(own, known), new Map([['eth1', two]]))).toEqual([]);
    expect(misplaced(stateOf(own, known), new Map([['eth2', two]]))).toEqual([]);
    // On the primary, whose name is not remembered: the NIC that has it now was called otherwise.
    const onPrimary = new Map([
      [two, 'eth1'],
      [vlan, 'eth0.100'],
    ]);
    expect(misplaced(stateOf(own, onPrimary), new Map([['eth0', two]]))).toEqual([profile, ifcfg]);
    expect(misplaced(stateOf(own, onPrimary), new Map([['eth0', one]]))).toEqual([]);
  });
});

describe('early in boot', () => {
  let root = '';
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'enid-recover-'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const here = new Map([
    ['eth0', two],
    ['eth1', one],
  ]);

  it('takes away what would fall on the wrong NIC, keeps a copy, and can put it back', async () => {
    const path = '/etc/sysconfig/network-scripts/rule-eth1';
    const files = nodeFiles(root);
    const text = `${marker}\nfrom all lookup 21001\n`;
    value(await files.write(path, text, { mode: 0o640 }));
    value(await saveState(files, stateOf({ [path]: two }, new Map([[two, 'eth1']]))));
    const ports = { files, clock: nodeClock() };
    expect(value(await recover(ports, process.pid, here))).toEqual({ ...nothing, movedAside: [path] });
    expect(await files.read(path)).toEqual({ ok: true, value: null });
    expect(value(await loadState(files)).files.size).toBe(0);
    expect(value(await files.kind(lockPath))).toBe(null);
    const [last] = value(await listTransactions(files));
    expect(last).toMatchObject({ outcome: 'committed', paths: [path] });
    const back = value(await wayBack(files, value(await loadState(files)), null));
    expect(back.changes).toMatchObject([{ path, action: 'create', after: { text, mode: 0o640 } }]);
    // Done once, there is nothing left to do.
    expect(value(await recover(ports, process.pid, here))).toEqual(nothing);
  });

  it('leaves what bears the path of a misplaced file and not the marker of enid, whatever state.json says', async () => {
    const path = '/etc/sysconfig/network-scripts/rule-eth1';
    const files = nodeFiles(root);
    value(await files.write(path, 'a person wrote this', { mode: 0o640 }));
    const state = stateOf({ [path]: two }, new Map([[two, 'eth1']]));
    const digest = digestOf('a person wrote this');
    value(
      await saveState(files, { ...state, files: new Map([[path, { path, digest, mode: 0o640, mac: two }]]) }),
    );
    expect(value(await recover({ files, clock: nodeClock() }, process.pid, here))).toEqual(nothing);
    expect(value(await files.readText(path))).toBe('a person wrote this');
  });

  it('makes settings follow their NICs, and takes back what udev has set by the old names', async () => {
    const text = (second: string, primary: string) => `# Managed by enid
# ${second} is ${two}
net/ipv4/conf/${second}/rp_filter = 2
net/ipv6/conf/${second}/accept_ra = 0
# ${primary} is ${one}
net/ipv4/conf/${primary}/arp_ignore = 1
`;
    const [rp, ra, arp] = [
      'net/ipv4/conf/eth1/rp_filter',
      'net/ipv6/conf/eth1/accept_ra',
      'net/ipv4/conf/eth0/arp_ignore',
    ];
    const proc = new Map([
      [rp, '2'],
      [ra, '0'],
      [arp, '1'],
      ['net/ipv4/conf/eth0/rp_filter', '1'],
      ['net/ipv6/conf/eth0/accept_ra', '1'],
      ['net/ipv4/conf/eth1/arp_ignore', '0'],
    ]);
    const defaults = { 'net/ipv4/conf/default/rp_filter': '1', 'net/ipv6/conf/default/accept_ra': '2' };
    for (const [key, held] of Object.entries(defaults)) proc.set(key, held);
    const files = withProc(nodeFiles(root), proc);
    const before = text('eth1', 'eth0');
    value(await files.write(sysctlsPath, before, { mode: 0o644 }));
    const owned = { path: sysctlsPath, digest: digestOf(before), mode: 0o644, mac: null };
    const sysctls = new Map([
      [rp, { former: '0', ours: '2' }],
      [ra, { former: '1', ours: '0' }],
      [arp, { former: '0', ours: '1' }],
    ]);
    value(await saveState(files, { ...emptyState, files: new Map([[sysctlsPath, owned]]), sysctls }));
    const ports = { files, clock: nodeClock() };
    expect(value(await recover(ports, process.pid, here))).toEqual({ ...nothing, rewritten: [sysctlsPath] });
    expect(value(await files.readText(sysctlsPath))).toBe(text('eth0', 'eth1'));
    expect(Object.fromEntries(proc)).toEqual({
      [rp]: '1',
      [ra]: '2',
      [arp]: '0',
      'net/ipv4/conf/eth0/rp_filter': '2',
      'net/ipv6/conf/eth0/accept_ra': '0',
      'net/ipv4/conf/eth1/arp_ignore': '1',
      ...defaults,
    });
    const state = value(await loadState(files));
    expect(state.files.get(sysctlsPath)?.digest).toBe(digestOf(text('eth0', 'eth1')));
    expect([...state.sysctls.keys()].sort()).toEqual(
      [...proc.keys()].filter((key) => !sysctls.has(key) && !(key in defaults)).sort(),
    );
    // Done once, there is nothing left to do; and what a person edited is theirs.
    expect(value(await recover(ports, process.pid, here))).toEqual(nothing);
    value(await files.write(sysctlsPath, `${before}\n`, { mode: 0o644 }));
    expect(value(await recover(ports, process.pid, here))).toEqual(nothing);
  });

  it('does nothing on a machine that enid never touched, and leaves no trace', async () => {
    const files = nodeFiles(root);
    expect(value(await recover({ files, clock: nodeClock() }, process.pid, here))).toEqual(nothing);
    expect(value(await files.kind('/var'))).toBe(null);
  });

  it('tells a state.json it cannot read, and touches nothing', async () => {
    const files = nodeFiles(root);
    value(await files.write(statePath, 'broken', { mode: 0o600 }));
    expect(await recover({ files, clock: nodeClock() }, process.pid, here)).toMatchObject({
      ok: false,
      problem: { code: 'state-corrupt' },
    });
    expect(await files.readText(statePath)).toEqual({ ok: true, value: 'broken' });
    expect(value(await files.kind(lockPath))).toBe(null);
  });
});
