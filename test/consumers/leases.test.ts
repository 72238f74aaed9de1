import { afterEach, describe, expect, it } from 'vitest';
import { withRouters } from '../../src/agent/routers.ts';
import { readKernel } from '../../src/kernel/read.ts';
import { readLeases } from '../../src/lease/read.ts';
import type { Family } from '../../src/model/address.ts';
import type { Learned } from '../../src/model/lease.ts';
import type { Mac } from '../../src/model/mac.ts';
import { ok } from '../../src/model/problem.ts';
import { emptyState } from '../../src/model/state.ts';
import { learn } from '../../src/network/learn.ts';
import type { DirectoryEntry, FileContent } from '../../src/ports/files.ts';
import type { Ports } from '../../src/ports/ports.ts';
import { stackOf } from '../../src/render/testing.ts';
import type { Namespace } from '../lab/namespace.ts';
import { renderSaved } from '../render-golden.ts';
import { type Machine, makeServer, settled, writeFiles } from './machine.ts';
import { managedByNetworkManager, startNetworkManager } from './networkmanager.ts';

/*
 * Files that know nothing but DHCP, given to the real services; what their leases then say is learned from what these write
 * down and from the kernel; and the files with all of it are taken up in place, without the address going away for a moment.
 * Needs root, dnsmasq, dbus-daemon, systemd, network-manager, ifupdown, isc-dhcp-client and dhcpcd-base.
 */
let machine: Machine | undefined;

afterEach(async () => {
  await machine?.close();
});

const mac = '00:16:3e:12:16:01' as Mac;
const told: Learned = { address: '10.0.1.20', prefixLength: 24, gateway: '10.0.1.253' } as Learned;

const told6: Learned = { address: '2001:db8:1::20', prefixLength: 64, gateway: 'fe80::1' } as Learned;

const networkd = `
dbus-daemon --system --fork --nopidfile
mkdir -p /run/systemd/netif/links /run/systemd/netif/leases
chown -R systemd-network: /run/systemd/netif
printf '[Match]\\nName=eth0\\n[Link]\\nUnmanaged=yes\\n' > /etc/systemd/network/10-eth0.network
/lib/systemd/systemd-networkd >/run/networkd.log 2>&1 &
`;
const interfaces = `
printf 'auto lo\\niface lo inet loopback\\nsource /etc/network/interfaces.d/*\\n' > /etc/network/interfaces
ifup eth1 >/run/log 2>&1
`;
const profile = '/etc/NetworkManager/system-connections/enid-eth1.nmconnection';
const ifupdown = (dhcpClient: 'dhclient' | 'dhcpcd') =>
  stackOf('interfaces', {}, { dhcpClient, include: 'any-name' });

describe.each([
  {
    name: 'networkd',
    stack: stackOf('networkd', { systemd: [252] }),
    start: networkd,
    again: 'networkctl reload',
  },
  {
    name: 'NetworkManager',
    stack: stackOf('keyfile', { networkmanager: [1, 42] }),
    start: startNetworkManager('keyfile'),
    again: `nmcli connection load ${profile}; nmcli device reapply eth1`,
  },
  { name: 'dhclient', stack: ifupdown('dhclient'), start: interfaces, again: null },
  { name: 'dhcpcd', stack: ifupdown('dhcpcd'), start: interfaces, again: null },
])('$name', ({ stack, start, again }) => {
  it('tells address and gateway, keeps both out of main, and takes up what is learned', async () => {
    const before = await renderSaved(stack, 'leased-1');
    machine = await makeServer(before.files);
    const { server, sh } = machine;
    const main = await sh('ip route show default');
    await sh(start);
    await expect.poll(() => learned(server), { timeout: 30_000, interval: 200 }).toEqual(told);
    expect(await sh('ip route show default')).toBe(main);
    expect(await sh('ip rule')).not.toContain('2100');
    if (again === null) return;

    const { network, files } = await renderSaved(stack, 'leased-1-told');
    await writeFiles(server, files);
    const monitor = `ip -4 monitor address >/run/monitor 2>&1 & echo $! >/run/monitor.pid; sleep 0.5; ${again}`;
    await sh(monitor);

    expect(await settled(machine, network)).toEqual([]);
    expect(await sh('kill "$(cat /run/monitor.pid)"; cat /run/monitor')).not.toContain('Deleted');
  });
});

describe.each([
  {
    name: 'networkd',
    stack: stackOf('networkd', { systemd: [252] }),
    start: networkd,
    again: 'networkctl reload',
    but: null,
  },
  {
    name: 'NetworkManager',
    stack: stackOf('keyfile', { networkmanager: [1, 42] }),
    start: startNetworkManager('keyfile'),
    again: `nmcli connection load ${profile}; nmcli device reapply eth1`,
    // The route of the link-local address goes where all of the profile's go.
    but: /^21001 has fe80::\/64 dev eth1 proto kernel /,
  },
  {
    name: 'NetworkManager behind netplan',
    stack: stackOf('netplan', { netplan: [0, 106], networkmanager: [1, 42] }, { renderer: 'networkmanager' }),
    start: `netplan generate; ${startNetworkManager('keyfile')}`,
    again: `netplan generate; nmcli connection load /run/NetworkManager/system-connections/netplan-0-enid-eth1.nmconnection; nmcli device reapply eth1`,
    but: /^21001 has fe80::\/64 dev eth1 proto kernel /,
  },
])('$name, DHCPv6', ({ stack, start, again, but }) => {
  it('puts what is advertised into the table, tells it, and takes up what is learned', async () => {
    const before = await renderSaved(stack, 'leased6-1');
    // As a subnet with stateful addresses is advertised: managed, and nothing to make an address of.
    machine = await makeServer(
      [...before.files, managedByNetworkManager],
      ['enable-ra', 'ra-param=p1,5,1800'],
    );
    const { server, sh } = machine;
    const main = await sh('ip -6 route show default');

    await sh(start);

    await expect.poll(() => learned(server, 'ipv6'), { timeout: 30_000, interval: 200 }).toEqual(told6);
    await expect.poll(() => learned(server), { timeout: 30_000, interval: 200 }).toEqual(told);
    expect(await sh('ip -6 route show default')).toBe(main);
    const { network, files } = await renderSaved(stack, 'leased6-1-told');
    await writeFiles(server, files);
    // Both let go of an IPv6 lease for a moment and ask anew; KeepConfiguration= is for IPv4 (seen with 252 and 1.42).
    await sh(again);
    expect(await settled(machine, network, but)).toEqual([]);
    expect(await sh('ip -6 route show default')).toBe(main);
  });
});

it('dhclient, DHCPv6: the router that was heard is the gateway, and main knows nothing of it', async () => {
  const { network, files } = await renderSaved(ifupdown('dhclient'), 'leased6-1');
  machine = await makeServer(files, ['enable-ra', 'ra-param=p1,5,1800']);
  const { server, sh } = machine;
  const main = await sh('ip -6 route show | grep -v fe80');
  for (const { key, value } of network.sysctls) await server.sysctl({ [key]: value });

  await sh(interfaces);

  const known = { ...told6, prefixLength: null };
  await expect.poll(() => learned(server, 'ipv6'), { timeout: 30_000, interval: 200 }).toEqual(known);
  expect(await sh('ip -6 route show | grep -v -e fe80 -e 2001:db8:1::20')).toBe(main);
});

/** Null also while the client has written nothing down. */
async function learned(server: Namespace, family: Family = 'ipv4'): Promise<Learned | null> {
  const ports = portsIn(server);
  const kernel = await readKernel(ports);
  if (!kernel.ok) return null;
  const links = kernel.value.links.filter((link) => link.mac === mac);
  const leases = await readLeases(ports.files, links);
  const whole = await withRouters(ports, leases, links, kernel.value, emptyState);
  const found = (whole.ok ? whole.value.get(mac) : null) ?? [];
  if (family === 'ipv4' && found.length === 0) return null;
  return learn({
    family,
    device: 'eth1',
    kernel: kernel.value,
    leases: found,
    remembered: undefined,
  });
}

/** What reads the kernel and lease files, inside a namespace. */
function portsIn(server: Namespace): Pick<Ports, 'exec' | 'files'> {
  const files = {
    kind: async (path: string) => {
      const { code } = await server.run(['test', '-e', path]);
      return ok(code === 0 ? ('file' as const) : null);
    },
    linkTarget: () => Promise.resolve(ok(null)),
    readText: async (path: string) => {
      const { code, stdout } = await server.run(['cat', path]);
      return ok(code === 0 ? stdout : null);
    },
    list: async (directory: string) => {
      const { code, stdout } = await server.run(['ls', '-1A', directory]);
      const names = stdout.split('\n').filter((name) => name !== '');
      return ok(code === 0 ? names.map((name): DirectoryEntry => ({ name, kind: 'file' })) : null);
    },
    read: async (path: string) => {
      const bytes = Buffer.from((await server.run(['base64', path])).stdout, 'base64');
      return ok({ bytes, mode: 0o600, uid: 0, gid: 0 } satisfies FileContent);
    },
  };
  const exec = {
    run: async (argv: readonly string[], options: { readonly input?: string } = {}) => {
      const { code, stdout, stderr } = await server.run(argv, options.input);
      return ok({ exitCode: code ?? 1, stdout, stderr });
    },
  };
  return { exec, files } as unknown as Pick<Ports, 'exec' | 'files'>;
}
