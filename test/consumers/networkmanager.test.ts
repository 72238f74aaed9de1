import { afterEach, describe, expect, it } from 'vitest';
import type { RenderedFile } from '../../src/model/file.ts';
import { stackOf } from '../../src/render/testing.ts';
import { goldenCases } from '../golden-systems.ts';
import { renderSaved } from '../render-golden.ts';
import { differences, type Machine, makeServer, settled, writeFiles } from './machine.ts';
import { startNetworkManager } from './networkmanager.ts';

/*
 * The real NetworkManager reads the profiles in a namespace with a bus of its own, be they ours or those that the real netplan
 * makes of our YAML; then the kernel is looked at. Needs root, dnsmasq, dbus-daemon, network-manager and netplan.io.
 */
let machine: Machine | undefined;

afterEach(async () => {
  await machine?.close();
});

describe.each([
  ['keyfile', stackOf('keyfile', { networkmanager: [1, 42] })],
  ['netplan', stackOf('netplan', { netplan: [0, 106] }, { renderer: 'networkmanager' })],
] as const)('NetworkManager does as %s says', (format, stack) => {
  it.each(goldenCases)('%s', async (name) => {
    const { network, files } = await renderSaved(stack, name);
    machine = await makeServer(format === 'netplan' ? [...files, renderer] : files);
    if (format === 'netplan') await machine.sh('netplan generate');
    expect(await differences(machine, network)).not.toEqual([]);

    await machine.sh(startNetworkManager('keyfile'));

    expect(await settled(machine, network)).toEqual([]);
    expect(await machine.sh('cat /run/nm.log')).not.toMatch(/<warn>.*(keyfile|route-sync|rules?:)/);
  });
});

describe('NetworkManager changes the way of addressing in place', () => {
  it('from a lease to the same address by hand, and back', async () => {
    const stack = stackOf('keyfile', { networkmanager: [1, 42] });
    const leased = await renderSaved(stack, 'dhcp-1');
    const set = await renderSaved(stack, 'static-1');
    machine = await makeServer(leased.files);
    await machine.sh(startNetworkManager('keyfile'));
    expect(await settled(machine, leased.network)).toEqual([]);
    const address = 'ip -o -4 addr show dev eth1';
    expect(await machine.sh(address)).toMatch(/10\.0\.1\.20\/24 .*dynamic/);

    await writeFiles(machine.server, set.files);
    await machine.sh(reapply);
    expect(await settled(machine, set.network)).toEqual([]);
    expect(await machine.sh(address)).toMatch(/10\.0\.1\.20\/32 (?!.*dynamic)/);

    await writeFiles(machine.server, leased.files);
    await machine.sh(reapply);
    expect(await settled(machine, leased.network)).toEqual([]);
    expect(await machine.sh(address)).toMatch(/10\.0\.1\.20\/24 .*dynamic/);
  });
});

const reapply = `nmcli connection load /etc/NetworkManager/system-connections/enid-eth1.nmconnection
nmcli device reapply eth1`;

const renderer: RenderedFile = {
  path: '/etc/netplan/01-renderer.yaml',
  text: 'network: {version: 2, renderer: NetworkManager}\n',
  mode: 0o600,
  mac: null,
  template: '',
};
