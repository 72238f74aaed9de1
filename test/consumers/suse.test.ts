import { afterEach, describe, expect, it } from 'vitest';
import { stackOf } from '../../src/render/testing.ts';
import { kernelCases } from '../golden-systems.ts';
import { renderSaved } from '../render-golden.ts';
import { differences, type Machine, makeServer, settled } from './machine.ts';
import { suse } from './suse.ts';

/*
 * SUSE's files as their documentation says they are read, by a real bash, dhclient and ip; then the kernel is looked at.
 * Needs root, bash, dnsmasq and isc-dhcp-client.
 */
let machine: Machine | undefined;

afterEach(async () => {
  await machine?.close();
});

const wicked = (version: readonly number[]) => stackOf('ifcfg-suse', { wicked: version, kernel: [5, 3] });
const nics = "ls /etc/sysconfig/network | sed -n 's/^ifcfg-//p'";
const each = (command: string) => `for nic in $(${nics}); do ${command} "$nic" 2>&1; done`;
/** What no key keeps out of main: the routes of option 121 beside a default. */
const kept = /^main has 172\.31\.0\.0\/16 /;
const look = 'ip rule; ip -6 rule; ip route';

describe.each([
  { name: 'wicked', stack: wicked([0, 6, 60]), knows: 'rules schemes' },
  { name: 'wicked below 0.6.33', stack: wicked([0, 6, 20]), knows: 'schemes' },
  { name: 'SLES 11', stack: stackOf('ifcfg-suse', { kernel: [3, 0] }, { id: 'sysconfig' }), knows: '' },
] as const)('$name does as the files say', ({ stack, knows }) => {
  it.each(kernelCases)('%s', async (name) => {
    const { network, files } = await renderSaved(stack, name);
    const server = await makeServer(files);
    machine = server;
    await server.sh(suse(knows));
    const before = await server.sh(look);
    expect(await differences(server, network)).not.toEqual([]);

    expect(await server.sh(each('/run/ifup'))).toBe('');
    expect(await settled(server, network, kept)).toEqual([]);
    for (const { name: nic } of network.secondaries) {
      expect(await server.sh(`cat /proc/sys/net/ipv6/conf/${nic}/accept_ra`)).toBe('0\n');
    }

    expect(await server.sh(each('/run/ifdown'))).toBe('');
    expect(await server.sh(look)).toBe(before);
  });
});

describe('the tests above can fail:', () => {
  it("without DHCLIENT_SET_DEFAULT_ROUTE='no' the lease takes the default route", async () => {
    const { network, files } = await renderSaved(wicked([0, 6, 60]), 'dhcp-1');
    const server = await makeServer(
      files.map((file) => ({ ...file, text: file.text.replace(/^DHCLIENT_SET_DEFAULT_ROUTE.*\n/m, '') })),
    );
    machine = server;
    await server.sh(suse('rules schemes') + each('/run/ifup'));

    const wrong = (await differences(server, network)).join('\n');
    expect(wrong).toContain('the default route is default via 10.0.1.253');
  });

  it('where the subnet does not come first, the default of the table is lost', async () => {
    const { files } = await renderSaved(wicked([0, 6, 60]), 'dhcp-1');
    const server = await makeServer(
      files.map((file) => ({
        ...file,
        text: file.text.replace(/^(10\.0\.1\.0\/24 .*\n)(default .*\n)/m, '$2$1'),
      })),
    );
    machine = server;
    await server.sh(suse('rules schemes'));

    expect((await server.server.run(['/run/ifup', 'eth1'])).stdout).toContain('route default via 10.0.1.253');
  });
});
