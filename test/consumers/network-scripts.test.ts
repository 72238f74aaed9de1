import { afterEach, describe, expect, it } from 'vitest';
import type { RenderedFile } from '../../src/model/file.ts';
import { stackOf } from '../../src/render/testing.ts';
import { kernelCases } from '../golden-systems.ts';
import { renderSaved } from '../render-golden.ts';
import { differences, type Machine, makeServer, settled } from './machine.ts';
import { networkScripts } from './network-scripts.ts';

/*
 * The files of network-scripts as their documentation says they are read, by a real bash, dhclient and ip; then the kernel is
 * looked at. Needs root, bash, dnsmasq and isc-dhcp-client.
 */
let machine: Machine | undefined;

afterEach(async () => {
  await machine?.close();
});

const stack = stackOf('ifcfg', {}, { id: 'network-scripts', dhcpClient: 'dhclient' });
const nics = "ls /etc/sysconfig/network-scripts | sed -n 's/^ifcfg-\\([^:]*\\)$/\\1/p'";
const each = (command: string) => `for nic in $(${nics}); do ${command} "$nic" 2>&1; done`;
const look = 'ip rule; ip -6 rule; ip route';

async function serverWith(files: readonly RenderedFile[]): Promise<Machine> {
  machine = await makeServer(files);
  await machine.sh(networkScripts);
  return machine;
}

/** The same files with everything that matches taken out. */
const without = (files: readonly RenderedFile[], line: RegExp) =>
  files.map((file) => ({ ...file, text: file.text.replace(line, '') }));

describe('network-scripts do as the files say', () => {
  it.each(kernelCases)('%s', async (name) => {
    const { network, files } = await renderSaved(stack, name);
    const server = await serverWith(files);
    const before = await server.sh(look);
    expect(await differences(server, network)).not.toEqual([]);

    expect(await server.sh(each('/run/ifup'))).toBe('');
    expect(await settled(server, network)).toEqual([]);
    for (const { name: nic, ipv6 } of network.secondaries) {
      const told = (await server.sh(`cat /proc/sys/net/ipv6/conf/${nic}/accept_ra`)).trim();
      if (ipv6 !== null) expect(`${nic} ${told}`).toBe(`${nic} 0`);
    }

    expect(await server.sh(each('/run/ifdown'))).toBe('');
    expect(await server.sh(look)).toBe(before);
  });
});

describe('the tests above can fail:', () => {
  it('without the guard in ifcfg- option 121 takes the default route', async () => {
    const { network, files } = await renderSaved(stack, 'dhcp-1');
    const server = await serverWith(without(files, /^(new|old)_.*\n/gm));

    await server.sh(each('/run/ifup'));

    expect((await differences(server, network)).join('\n')).toContain(
      'the default route is default via 10.0.1.253',
    );
  });

  it('without IPV6INIT=no an alias has router advertisements accepted', async () => {
    const { files } = await renderSaved(stack, 'dhcp-3');
    const aliases = files.filter((file) => file.path.includes(':'));
    const server = await serverWith([
      ...files.filter((file) => !file.path.includes(':')),
      ...without(aliases, /^IPV6INIT=no\n/m),
    ]);

    await server.sh(each('/run/ifup'));

    expect(await server.sh('cat /proc/sys/net/ipv6/conf/eth3/accept_ra')).toBe('1\n');
  });

  it('a NIC with another MAC is left alone', async () => {
    const { files } = await renderSaved(stack, 'static-1');
    const server = await serverWith(files);
    await server.sh('ip link set eth1 address 00:16:3e:99:99:99');

    expect((await server.server.run(['/run/ifup', 'eth1'])).stdout).toContain('has another MAC');
    expect(await server.sh('ip -4 addr show dev eth1; ip rule')).not.toMatch(/inet |2100/);
  });
});
