import { release, type System } from '../system.ts';

/*
 * Versions: NetworkManager, systemd and kernel of the last minor release that all listed names have, since the
 * releases before it are no longer served by their vendors (distribution release notes).
 */

const common = { family: 'rhel', alternatives: [], include: null, dhcpClient: 'dhclient' } as const;

export const enterpriseLinux6: System = {
  ...common,
  names: { centos: 'CentOS', rhel: 'Red Hat Enterprise Linux', ol: 'Oracle Linux' },
  versions: [release(6)],
  example: '6',
  stack: 'network-scripts',
  profiles: 'ifcfg-nm',
  init: 'sysv',
  ships: { networkmanager: null, systemd: null, netplan: null, wicked: null, kernel: [2, 6, 32] },
  networkScripts: true,
};

export const enterpriseLinux7: System = {
  ...common,
  names: { centos: 'CentOS', rhel: 'Red Hat Enterprise Linux', ol: 'Oracle Linux' },
  versions: [release(7)],
  example: '7',
  stack: 'network-scripts',
  alternatives: ['networkmanager'],
  profiles: 'ifcfg-nm',
  init: 'systemd',
  ships: { networkmanager: [1, 18], systemd: [219], netplan: null, wicked: null, kernel: [3, 10] },
  networkScripts: true,
};

/** CentOS 8 ended with 8.5, the oldest of the last ones: NetworkManager 1.32. */
export const enterpriseLinux8: System = {
  ...common,
  names: {
    centos: 'CentOS',
    rhel: 'Red Hat Enterprise Linux',
    rocky: 'Rocky Linux',
    almalinux: 'AlmaLinux',
    ol: 'Oracle Linux',
  },
  versions: [release(8)],
  example: '8',
  stack: 'networkmanager',
  alternatives: ['network-scripts'],
  profiles: 'ifcfg-nm',
  init: 'systemd',
  ships: { networkmanager: [1, 32], systemd: [239], netplan: null, wicked: null, kernel: [4, 18] },
  networkScripts: false,
};

/** The first of its releases, 9.0; the ifcfg plug-in is there, keyfile is its default. */
export const enterpriseLinux9: System = {
  ...common,
  names: {
    rhel: 'Red Hat Enterprise Linux',
    centos: 'CentOS Stream',
    rocky: 'Rocky Linux',
    almalinux: 'AlmaLinux',
    ol: 'Oracle Linux',
  },
  versions: [release(9)],
  example: '9',
  stack: 'networkmanager',
  profiles: 'keyfile',
  init: 'systemd',
  ships: { networkmanager: [1, 36], systemd: [250], netplan: null, wicked: null, kernel: [5, 14] },
  networkScripts: false,
};

/** No ifcfg plug-in, no dhclient. */
export const enterpriseLinux10: System = {
  ...common,
  names: {
    rhel: 'Red Hat Enterprise Linux',
    centos: 'CentOS Stream',
    rocky: 'Rocky Linux',
    almalinux: 'AlmaLinux',
    ol: 'Oracle Linux',
  },
  versions: [release(10)],
  example: '10',
  stack: 'networkmanager',
  profiles: 'keyfile',
  init: 'systemd',
  ships: { networkmanager: [1, 52], systemd: [257], netplan: null, wicked: null, kernel: [6, 12] },
  dhcpClient: null,
  networkScripts: false,
};

export const fedora33: System = {
  ...common,
  names: { fedora: 'Fedora Linux' },
  versions: [{ from: [33], below: [36] }],
  example: '33',
  stack: 'networkmanager',
  profiles: 'ifcfg-nm',
  init: 'systemd',
  ships: { networkmanager: [1, 26], systemd: [246], netplan: null, wicked: null, kernel: [5, 8] },
  networkScripts: false,
};

export const fedora36: System = {
  ...common,
  names: { fedora: 'Fedora Linux' },
  versions: [{ from: [36], below: [41] }],
  example: '36',
  stack: 'networkmanager',
  profiles: 'keyfile',
  init: 'systemd',
  ships: { networkmanager: [1, 38], systemd: [250], netplan: null, wicked: null, kernel: [5, 17] },
  networkScripts: false,
};

export const fedora41: System = {
  ...common,
  names: { fedora: 'Fedora Linux' },
  versions: [{ from: [41], below: [46] }],
  example: '41',
  stack: 'networkmanager',
  profiles: 'keyfile',
  init: 'systemd',
  ships: { networkmanager: [1, 50], systemd: [256], netplan: null, wicked: null, kernel: [6, 11] },
  dhcpClient: null,
  networkScripts: false,
};

/** All rows of this file, oldest first within a distribution. */
export const redHatSystems: readonly System[] = [
  enterpriseLinux6,
  enterpriseLinux7,
  enterpriseLinux8,
  enterpriseLinux9,
  enterpriseLinux10,
  fedora33,
  fedora36,
  fedora41,
];
