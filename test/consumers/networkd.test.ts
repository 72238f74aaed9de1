import { afterEach, describe, expect, it } from 'vitest';
import { stackOf } from '../../src/render/testing.ts';
import { kernelCases } from '../golden-systems.ts';
import { renderSaved } from '../render-golden.ts';
import { advertised, advertisements, differences, type Machine, makeServer, settled } from './machine.ts';

/*
 * The real systemd-networkd (of the machine the tests run on) reads the files in a namespace, with a DHCP server that offers
 * a default route by option 121 and a resolver; then the kernel is looked at. Needs root, dnsmasq and systemd.
 */
let machine: Machine | undefined;

afterEach(async () => {
  await machine?.close();
});

const networkd = `
mkdir -p /run/systemd/netif/links /run/systemd/netif/leases
chown -R systemd-network: /run/systemd/netif
printf '[Match]\\nName=eth0\\n[Link]\\nUnmanaged=yes\\n' > /etc/systemd/network/10-eth0.network
/lib/systemd/systemd-networkd >/run/networkd.log 2>&1 &
`;

// The rules of 247 name every source instead of 0.0.0.0, those of 244 leave out what has no key there.
describe.each([252, 247, 244])('systemd-networkd does as the files for %i say', (version) => {
  it.each(version === 252 ? kernelCases : kernelCases.filter((name) => name.startsWith('static')))(
    '%s',
    async (name) => {
      const { network, files } = await renderSaved(stackOf('networkd', { systemd: [version] }), name);
      const made = await makeServer(files);
      machine = made;
      expect(await differences(machine, network)).not.toEqual([]);
      await advertised(machine);

      await machine.sh(networkd);

      expect(await settled(machine, network)).toEqual([]);
      await expect.poll(() => advertisements(made, 'eth1'), { timeout: 20_000 }).toBeGreaterThan(0);
      expect(await differences(made, network)).toEqual([]);
      expect(await machine.sh('cat /run/networkd.log')).not.toMatch(/unknown|ignor|invalid|fail/i);
    },
  );
});

describe('systemd-networkd takes our files', () => {
  it.each(['00-all', '05-all', '10-netplan-all-eth'])('beside a wildcard %s.network', async (name) => {
    const { network, files } = await renderSaved(stackOf('networkd', { systemd: [252] }), 'dhcp-3');
    machine = await makeServer(files);
    const wildcard = '[Match]\\nName=eth[1-9]\\n[Network]\\nDHCP=yes\\n';
    await machine.sh(`printf '${wildcard}' > /etc/systemd/network/${name}.network`);

    await machine.sh(networkd);

    expect(await settled(machine, network)).toEqual([]);
    const used = await machine.sh('grep -h NETWORK_FILE /run/systemd/netif/links/*');
    expect(used).toContain('NETWORK_FILE=/etc/systemd/network/0-enid-eth1.network');
  });
});
