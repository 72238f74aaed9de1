import { describe, expect, it } from 'vitest';
import type { Change } from '../model/step.ts';
import { stackActions } from './registry.ts';
import { change, file, goneNic, nic, stack } from './testdata/change.ts';
import { undoing } from './undo.ts';

const scripts = stack({ id: 'network-scripts', format: 'ifcfg' });
const path = (name: string) => `/etc/sysconfig/network-scripts/ifcfg-${name}`;

function undone(told: Change): { readonly release: readonly string[]; readonly scoped: readonly string[] } {
  const actions = stackActions[told.stack.id];
  const lines = (steps: ReturnType<typeof actions.scoped>) => steps.map((step) => step.argv.join(' '));
  const back = undoing(told);
  return { release: lines(actions.release(back)), scoped: lines(actions.scoped(back)) };
}

describe('undoing', () => {
  it('takes a new NIC down while its files are still there', () => {
    const told = change(scripts, {
      touched: [nic(1)],
      files: [file(path('eth1'), nic(1), 'create')],
    });
    expect(undone(told)).toEqual({ release: ['ifdown eth1'], scoped: [] });
  });

  it('takes a changed NIC down by the new files and up by the old', () => {
    const told = change(scripts, { touched: [nic(1)], files: [file(path('eth1'), nic(1), 'replace')] });
    expect(undone(told)).toEqual({ release: ['ifdown eth1'], scoped: ['ifup eth1'] });
  });

  it('brings a NIC that was let go up again, if it is still there', () => {
    const files = [
      file(path('eth1'), goneNic(1, true), 'remove'),
      file(path('eth2'), goneNic(2, false), 'remove'),
    ];
    const told = change(scripts, { gone: [goneNic(1, true), goneNic(2, false)], files });
    expect(undone(told)).toEqual({ release: [], scoped: ['ifup eth1'] });
  });

  it('lets NetworkManager forget a new profile and take up an old one', () => {
    const versions = { networkmanager: [1, 46], systemd: null, netplan: null, wicked: null, kernel: null };
    const nm = stack({ id: 'networkmanager', format: 'keyfile', versions });
    const keyfile = (name: string) => `/etc/NetworkManager/system-connections/enid-${name}.nmconnection`;
    const files = [
      file(keyfile('eth1'), nic(1), 'create', 'new'),
      file(keyfile('eth2'), nic(2), 'replace', 'new'),
    ];
    expect(undone(change(nm, { touched: [nic(1), nic(2)], files })).scoped).toEqual([
      'nmcli connection reload',
      'nmcli device reapply eth2',
    ]);
  });

  it('turns the files round, and twice is as before', () => {
    const told = change(scripts, {
      touched: [nic(1)],
      files: [file(path('eth1'), nic(1), 'create', 'DEVICE=eth1\n')],
    });
    const back = undoing(told);
    expect(back.files[0]).toMatchObject({ action: 'remove', after: null, before: { mode: 0o600 } });
    expect(undoing({ ...back, touched: told.touched }).files[0]).toMatchObject({
      action: 'create',
      before: null,
      after: { text: 'DEVICE=eth1\n' },
    });
  });
});
