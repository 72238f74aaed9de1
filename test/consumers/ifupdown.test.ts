import { afterEach, describe, expect, it } from 'vitest';
import { stackOf } from '../../src/render/testing.ts';
import { kernelCases } from '../golden-systems.ts';
import { renderSaved } from '../render-golden.ts';
import { advertised, advertisements, differences, type Machine, makeServer, settled } from './machine.ts';

/*
 * The real ifup and ifdown read the stanzas in a namespace, with the real dhclient and dhcpcd; then the kernel is looked at.
 * Needs root, dnsmasq, ifupdown, isc-dhcp-client and dhcpcd-base.
 */
let machine: Machine | undefined;

afterEach(async () => {
  await machine?.close();
});

const interfaces = `printf 'auto lo\\niface lo inet loopback\\nsource /etc/network/interfaces.d/*\\n' > /etc/network/interfaces\n`;
const each = (command: string) =>
  `for nic in $(ifquery --list --allow=hotplug | grep eth); do ${command} "$nic" >>/run/log 2>&1; done\n`;

describe.each(['dhclient', 'dhcpcd'] as const)(
  'ifup and ifdown do as the stanzas say, with %s',
  (dhcpClient) => {
    const stack = stackOf('interfaces', {}, { dhcpClient, include: 'any-name' });

    it.each(kernelCases)('%s', async (name) => {
      const { network, files } = await renderSaved(stack, name);
      const made = await makeServer(files);
      machine = made;
      await advertised(machine);
      const before = await machine.sh('ip rule; ip -6 rule; ip route');
      expect(await differences(machine, network)).not.toEqual([]);

      await machine.sh(interfaces + each('ifup'));
      expect(await settled(machine, network)).toEqual([]);
      await expect.poll(() => advertisements(made, 'eth1'), { timeout: 20_000 }).toBeGreaterThan(0);
      expect(await differences(made, network)).toEqual([]);

      await machine.sh(each('ifdown'));
      expect(await machine.sh('ip rule; ip -6 rule; ip route')).toBe(before);
    });
  },
);

describe('a stanza of a NIC whose name another has now', () => {
  it('configures nothing', async () => {
    const { files } = await renderSaved(
      stackOf('interfaces', {}, { dhcpClient: 'dhclient', include: 'any-name' }),
      'dhcp-1',
    );
    machine = await makeServer(files);
    await machine.sh(`${interfaces}ip link set eth1 address 00:16:3e:99:99:99`);

    const ran = await machine.server.run(['ifup', 'eth1']);

    expect(ran.code).not.toBe(0);
    expect(await machine.sh('ip -4 addr show dev eth1; ip rule')).not.toMatch(/inet |2100/);
  });
});

describe('at boot, by ifup -a', () => {
  it.each(['dhclient', 'dhcpcd'] as const)(
    'a NIC that is not there is no failure, and one that is comes up: %s',
    async (dhcpClient) => {
      const stack = stackOf('interfaces', {}, { dhcpClient, include: 'any-name' });
      const { network, files } = await renderSaved(stack, 'dhcp-1');
      machine = await makeServer(files);
      await machine.sh(`${interfaces}ip link set eth1 name gone1`);

      const started = Date.now();
      expect((await machine.server.run(['ifup', '-a'])).code).toBe(0);
      expect(Date.now() - started).toBeLessThan(3_000);

      await machine.sh('ip link set gone1 name eth1; ifdown -a; ifup -a >>/run/log 2>&1');
      expect(await settled(machine, network)).toEqual([]);
    },
  );
});

describe('the primary bounced', () => {
  it.each(['dhclient', 'dhcpcd'] as const)(
    'still answers the subnet of a secondary by itself, with the address it had or another: %s',
    async (dhcpClient) => {
      const stack = stackOf('interfaces', {}, { dhcpClient, include: 'any-name' });
      const { network, files } = await renderSaved(stack, 'dhcp-3');
      machine = await makeServer(files);
      const primary = (address: string) =>
        `printf 'iface eth0 inet static\n address ${address}/24\n gateway 10.0.0.253\n' > /etc/network/interfaces.d/eth0\n`;
      await machine.sh(`${interfaces}${primary('10.0.0.10')}${each('ifup')}`);
      expect(await settled(machine, network)).toEqual([]);

      for (const address of ['10.0.0.10', '10.0.0.11']) {
        await machine.sh(`${primary(address)}ifdown --force eth0; ip -4 addr flush dev eth0; ifup eth0`);
        for (const peer of ['10.0.1.200', '10.0.0.200', '10.0.3.200', '192.0.2.1'])
          expect(await machine.sh(`ip route get ${peer} from ${address}`)).toContain(' dev eth0 ');
      }
    },
  );
});

describe('where no directory of stanzas is included', () => {
  it('the NIC comes up after the primary', async () => {
    const stack = stackOf('interfaces', {}, { dhcpClient: 'dhclient', include: 'none' });
    const { network, files } = await renderSaved(stack, 'static-1');
    machine = await makeServer(files);
    await machine.sh(`printf 'iface eth0 inet manual\\n' > /etc/network/interfaces; ifup eth0`);

    expect(await settled(machine, network)).toEqual([]);
  });
});

describe('beside a stanza of cloud-init for the same NIC, which are one interface for ifup', () => {
  it.each(['dhclient', 'dhcpcd'] as const)(
    'one client is left, and nothing after ifdown: %s',
    async (dhcpClient) => {
      const stack = stackOf('interfaces', {}, { dhcpClient, include: 'any-name' });
      const { network, files } = await renderSaved(stack, 'dhcp-1');
      machine = await makeServer(files);
      const cloudInits = 'auto eth1\\niface eth1 inet dhcp\\n    metric 200\\n';
      await machine.sh(`${interfaces}printf '${cloudInits}' > /etc/network/interfaces.d/50-cloud-init`);
      if (dhcpClient === 'dhcpcd') await machine.sh('mount --bind /dev/null "$(command -v dhclient)"');
      // Helpers of dhcpcd have their task in brackets before the name.
      const clients = async () => await machine?.sh("pgrep -fc '^(dhclient .*|dhcpcd:) eth1( |$)' || true");

      await machine.sh(each('ifup'));
      // The other client has written resolv.conf before ours came.
      const wrong = (await settled(machine, network)).filter((line) => !line.startsWith('resolv.conf'));
      expect(wrong).toEqual([]);
      // A known address is set by hand where the client is dhcpcd.
      expect(await clients()).toBe(dhcpClient === 'dhclient' ? '1\n' : '0\n');

      await machine.sh(each('ifdown'));
      expect(await clients()).toBe('0\n');
    },
  );
});

describe('without the hook', () => {
  it('the subnet gets into main, so the tests above can fail', async () => {
    const stack = stackOf('interfaces', {}, { dhcpClient: 'dhclient', include: 'any-name' });
    const { network, files } = await renderSaved(stack, 'dhcp-1');
    machine = await makeServer(files.filter((file) => !file.path.includes('hooks')));

    await machine.sh(interfaces + each('ifup'));

    const wrong = (await differences(machine, network)).join('\n');
    expect(wrong).toContain('main has 10.0.1.0/24');
  });
});
