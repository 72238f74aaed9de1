import type { Stack } from '../../model/stack.ts';
import { type NetworkUnit, networkUnits, unitsQuery } from '../units.ts';
import type { Answers, Tree } from './machine.ts';
import { releaseFixtures } from './releases.ts';

/** A whole machine, as far as the probes look, and what must be found on it. */
export interface MachineFixture {
  readonly tree: Tree;
  readonly answers: Answers;
  readonly expected: Partial<Stack>;
}

/** The answer of `systemctl show` where these units are active; `alias` gives a unit another main name. */
export function unitsAnswer(
  active: readonly NetworkUnit[],
  alias: Partial<Record<NetworkUnit, string>> = {},
): Answers {
  const block = (name: NetworkUnit): string => {
    const on = active.includes(name) || alias[name] !== undefined;
    const state = on ? ['loaded', 'active', 'enabled'] : ['not-found', 'inactive', ''];
    return `Id=${alias[name] ?? name}\nLoadState=${state[0]}\nActiveState=${state[1]}\nUnitFileState=${state[2]}\n`;
  };
  return { [unitsQuery.join(' ')]: networkUnits.map(block).join('\n') };
}

const release = (name: string): Tree => releaseFixtures[name]?.tree ?? {};

const base: Tree = {
  '/sys/class/net/eth0/address': '00:16:3e:00:00:01\n',
  '/sys/class/net/eth0/ifindex': '2\n',
  '/sys/class/net/eth0/device/driver': { link: '/sys/bus/virtio/drivers/virtio_net' },
  '/proc/1/ns/net': { link: '/proc/1/ns/net:[4026531840]' },
  '/proc/self/ns/net': { link: '/proc/self/ns/net:[4026531840]' },
};

const systemd = (version: number): { readonly tree: Tree; readonly answers: Answers } => ({
  tree: { ...base, '/run/systemd/system/': '' },
  answers: { 'systemctl --version': `systemd ${version} (${version}.1-1)\n+PAM +AUDIT\n` },
});

const nmcli = (state: string): Answers => ({
  'nmcli -t -f DEVICE,STATE device': `eth0:${state}\nlo:unmanaged\n`,
});
const ifcfgPlugin: Tree = { '/usr/lib64/NetworkManager/1.40.0-1.al8/libnm-settings-plugin-ifcfg-rh.so': '' };
const scripts: Tree = {
  '/etc/init.d/network': '',
  '/etc/sysconfig/network-scripts/network-functions': '',
  '/etc/sysconfig/network-scripts/ifcfg-eth0': 'DEVICE=eth0\nBOOTPROTO=dhcp\nONBOOT=yes\n',
  '/sbin/dhclient': '',
};
const networkdLink = (state: string): Tree => ({
  '/run/systemd/netif/links/2': `# private\nADMIN_STATE=${state}\nOPER_STATE=routable\n`,
});
const cloudInitNetplan =
  'network:\n  version: 2\n  ethernets:\n    eth0:\n      dhcp4: true\n      match: {macaddress: "00:16:3e:00:00:01"}\n      set-name: eth0\n';
const netplan: Tree = { '/usr/sbin/netplan': '', '/etc/netplan/50-cloud-init.yaml': cloudInitNetplan };
const interfaces: Tree = {
  '/etc/network/interfaces': 'auto lo\niface lo inet loopback\nauto eth0\niface eth0 inet dhcp\n',
  '/sbin/ifup': '',
};

export const machineFixtures: Readonly<Record<string, MachineFixture>> = {
  'Alibaba Cloud Linux 2 with network-scripts': {
    tree: { ...systemd(219).tree, ...release('Alibaba Cloud Linux 2'), ...scripts },
    answers: { ...systemd(219).answers, ...unitsAnswer(['network.service']) },
    expected: {
      id: 'network-scripts',
      format: 'ifcfg',
      init: 'systemd',
      dhcpClient: 'dhclient',
      networkScripts: true,
    },
  },
  'Alibaba Cloud Linux 2 before 2021-02': {
    tree: {
      ...systemd(219).tree,
      ...release('Alibaba Cloud Linux 2'),
      ...networkdLink('configured'),
      '/etc/init.d/network': '',
      '/etc/sysconfig/network-scripts/network-functions': '',
    },
    answers: { ...systemd(219).answers, ...unitsAnswer(['systemd-networkd.service']) },
    expected: {
      id: 'networkd',
      format: 'networkd',
      dhcpClient: 'internal',
      versions: { networkmanager: null, systemd: [219], netplan: null, wicked: null, kernel: null },
    },
  },
  'Alibaba Cloud Linux 3': {
    tree: {
      ...systemd(239).tree,
      ...release('Alibaba Cloud Linux 3'),
      ...ifcfgPlugin,
      '/proc/sys/kernel/osrelease': '5.10.134-16.al8.x86_64\n',
    },
    answers: {
      ...systemd(239).answers,
      ...unitsAnswer(['NetworkManager.service']),
      ...nmcli('connected'),
      'NetworkManager --version': '1.40.16-4.0.1.al8\n',
    },
    expected: {
      id: 'networkmanager',
      format: 'ifcfg-nm',
      versions: {
        networkmanager: [1, 40, 16],
        systemd: [239],
        netplan: null,
        wicked: null,
        kernel: [5, 10, 134],
      },
    },
  },
  'CentOS 7, NetworkManager holds eth0': {
    tree: { ...systemd(219).tree, ...release('CentOS 7'), ...scripts, ...ifcfgPlugin },
    answers: {
      ...systemd(219).answers,
      ...unitsAnswer(['NetworkManager.service', 'network.service']),
      ...nmcli('connected'),
      'NetworkManager --version': '1.18.8-2.el7_9\n',
    },
    expected: { id: 'networkmanager', format: 'ifcfg-nm', networkScripts: true },
  },
  'CentOS 7, eth0 kept from NetworkManager': {
    tree: {
      ...systemd(219).tree,
      ...release('CentOS 7'),
      ...scripts,
      ...ifcfgPlugin,
      '/etc/sysconfig/network-scripts/ifcfg-eth0': 'DEVICE="eth0"\nNM_CONTROLLED="no"\n',
    },
    answers: {
      ...systemd(219).answers,
      ...unitsAnswer(['NetworkManager.service', 'network.service']),
      ...nmcli('connected'),
      'NetworkManager --version': '1.18.8-2.el7_9\n',
    },
    expected: { id: 'network-scripts', format: 'ifcfg' },
  },
  'CentOS 6': {
    tree: {
      ...base,
      ...release('CentOS 6'),
      ...scripts,
      '/etc/init.d/network': '',
      '/etc/rc3.d/S10network': '',
      '/run/dhclient-eth0.pid': '812',
    },
    answers: {},
    expected: { id: 'network-scripts', init: 'sysv', dhcpClient: 'dhclient' },
  },
  'Red Hat 9': {
    tree: { ...systemd(252).tree, ...release('Red Hat 9'), ...ifcfgPlugin },
    answers: {
      ...systemd(252).answers,
      ...unitsAnswer(['NetworkManager.service']),
      ...nmcli('connected'),
      'NetworkManager --version': '1.46.0\n',
    },
    expected: { id: 'networkmanager', format: 'keyfile' },
  },
  'Fedora 41': {
    tree: { ...systemd(256).tree, ...release('Fedora 41') },
    answers: {
      ...systemd(256).answers,
      ...unitsAnswer(['NetworkManager.service']),
      ...nmcli('connecting (getting IP configuration)'),
      'NetworkManager --version': '1.50.0\n',
    },
    expected: { id: 'networkmanager', format: 'keyfile' },
  },
  'Ubuntu 24.04': {
    tree: {
      ...systemd(255).tree,
      ...release('Ubuntu 24.04, in /usr/lib'),
      ...netplan,
      ...networkdLink('configured'),
    },
    answers: {
      ...systemd(255).answers,
      ...unitsAnswer(['systemd-networkd.service']),
      'dpkg-query -s netplan.io':
        'Package: netplan.io\nStatus: install ok installed\nVersion: 1.1.2-2~ubuntu24.04.1\n',
    },
    expected: {
      id: 'netplan',
      format: 'netplan',
      renderer: 'networkd',
      versions: { networkmanager: null, systemd: [255], netplan: [1, 1, 2], wicked: null, kernel: null },
    },
  },
  'Ubuntu with NetworkManager as the renderer': {
    tree: {
      ...systemd(255).tree,
      ...release('Ubuntu 24.04, in /usr/lib'),
      ...netplan,
      '/etc/netplan/01-all.yaml': 'network:\n  renderer: NetworkManager\n',
    },
    answers: {
      ...systemd(255).answers,
      ...unitsAnswer(['NetworkManager.service']),
      ...nmcli('connected'),
      'NetworkManager --version': '1.46.0\n',
      'dpkg-query -s netplan.io': 'Version: 1.1.2\n',
    },
    expected: { id: 'netplan', renderer: 'networkmanager' },
  },
  'Debian 12 with its wildcard netplan': {
    tree: {
      ...systemd(252).tree,
      ...release('Debian 12'),
      '/usr/sbin/netplan': '',
      '/etc/netplan/90-default.yaml':
        'network:\n  version: 2\n  ethernets:\n    all-eth:\n      match: {name: "eth*"}\n      dhcp4: true\n',
      ...networkdLink('configured'),
    },
    answers: {
      ...systemd(252).answers,
      ...unitsAnswer(['systemd-networkd.service']),
      'dpkg-query -s netplan.io': 'Version: 0.106-2+deb12u1\n',
    },
    expected: {
      id: 'netplan',
      versions: { networkmanager: null, systemd: [252], netplan: [0, 106], wicked: null, kernel: null },
    },
  },
  'Debian 12 that carries netplan and boots with ifupdown': {
    tree: {
      ...systemd(252).tree,
      ...release('Debian 12'),
      ...netplan,
      ...interfaces,
      '/run/dhcpcd/eth0.pid': '1',
    },
    answers: { ...systemd(252).answers, ...unitsAnswer(['networking.service']) },
    expected: { id: 'ifupdown', format: 'interfaces', include: 'none', dhcpClient: 'dhcpcd' },
  },
  'Debian 11 with interfaces.d': {
    tree: {
      ...systemd(247).tree,
      ...interfaces,
      '/etc/os-release': 'ID=debian\nVERSION_ID="11"\n',
      '/var/lib/dpkg/status': '',
      '/etc/network/interfaces':
        'source /etc/network/interfaces.d/*\nsource-directory /run/network/interfaces.d\n',
      '/etc/network/interfaces.d/setup': 'auto eth0\niface eth0 inet dhcp\n',
      '/usr/sbin/dhclient': '',
    },
    answers: { ...systemd(247).answers, ...unitsAnswer(['networking.service']) },
    expected: { id: 'ifupdown', include: 'any-name', dhcpClient: 'dhclient' },
  },
  'Debian with ifupdown, NetworkManager leaves eth0 alone': {
    tree: { ...systemd(252).tree, ...release('Debian 12'), ...interfaces },
    answers: {
      ...systemd(252).answers,
      ...unitsAnswer(['networking.service', 'NetworkManager.service']),
      ...nmcli('unmanaged'),
    },
    expected: { id: 'ifupdown' },
  },
  'networkd beside a NetworkManager that only looks on': {
    tree: { ...systemd(252).tree, ...release('Debian 12'), ...networkdLink('configured') },
    answers: {
      ...systemd(252).answers,
      ...unitsAnswer(['systemd-networkd.service', 'NetworkManager.service']),
      ...nmcli('connected (externally)'),
    },
    expected: { id: 'networkd' },
  },
  'Ubuntu 14.04': {
    tree: {
      ...base,
      ...release('Ubuntu 14.04'),
      ...interfaces,
      '/etc/init/networking.conf': '',
      '/etc/network/interfaces': 'source /etc/network/interfaces.d/*.cfg\n',
      '/etc/network/interfaces.d/eth0.cfg': 'auto eth0\niface eth0 inet dhcp\n',
    },
    answers: {},
    expected: { id: 'ifupdown', init: 'upstart', include: 'cfg-suffix' },
  },
  'SLES 15': {
    tree: {
      ...systemd(249).tree,
      '/etc/os-release': 'ID="sles"\nID_LIKE="suse"\nVERSION_ID="15.5"\n',
      '/etc/sysconfig/network/ifcfg-eth0': "BOOTPROTO='dhcp'\n",
    },
    answers: {
      ...systemd(249).answers,
      ...unitsAnswer(['wickedd.service'], { 'network.service': 'wicked.service' }),
      'wicked --version': 'wicked 0.6.73\n',
    },
    expected: {
      id: 'wicked',
      format: 'ifcfg-suse',
      versions: { networkmanager: null, systemd: [249], netplan: null, wicked: [0, 6, 73], kernel: null },
    },
  },
  'SLES 11': {
    tree: {
      ...base,
      ...release('SLES 11'),
      '/etc/init.d/network': '',
      '/etc/sysconfig/network/scripts/ifup-route': '',
      '/sbin/dhcpcd': '',
    },
    answers: {},
    expected: { id: 'sysconfig', format: 'ifcfg-suse', init: 'sysv', dhcpClient: 'dhcpcd' },
  },
  'Amazon Linux 2023': {
    tree: { ...systemd(252).tree, ...release('Amazon 2023'), ...networkdLink('configured') },
    answers: { ...systemd(252).answers, ...unitsAnswer(['systemd-networkd.service']) },
    expected: { id: 'networkd' },
  },
  'a machine without any network service': {
    tree: { ...systemd(252).tree, '/etc/os-release': 'ID=minimal\n' },
    answers: { ...systemd(252).answers, ...unitsAnswer([]) },
    expected: { id: 'none', format: 'none', dhcpClient: null },
  },
  'another network namespace': {
    tree: {
      ...systemd(252).tree,
      ...release('Debian 12'),
      ...interfaces,
      '/proc/self/ns/net': { link: '/proc/self/ns/net:[4026532299]' },
    },
    answers: { ...systemd(252).answers, ...unitsAnswer(['networking.service']) },
    expected: { id: 'none' },
  },
};
