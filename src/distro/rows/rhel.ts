import type { Version } from '../../model/stack.ts';
import { release, type System } from '../system.ts';

/*
 * Versions: NetworkManager, systemd and kernel of the last minor release that all listed names have (distribution release
 * notes); where an earlier minor release has another NetworkManager whose ifcfg files are written otherwise, it has a row.
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

/** 7.7 to 7.9. */
export const enterpriseLinux7: System = {
  ...common,
  names: { centos: 'CentOS', rhel: 'Red Hat Enterprise Linux', ol: 'Oracle Linux' },
  versions: [{ from: [7, 7], below: [8] }],
  example: '7',
  stack: 'network-scripts',
  alternatives: ['networkmanager'],
  profiles: 'ifcfg-nm',
  init: 'systemd',
  ships: { networkmanager: [1, 18], systemd: [219], netplan: null, wicked: null, kernel: [3, 10] },
  networkScripts: true,
};

/** The minor releases of 7 whose NetworkManager hands NICs with rules to network-scripts; its version in each. */
const olderOf7: readonly System[] = minorReleases(enterpriseLinux7, [
  [0, [0, 9, 9]],
  [1, [1, 0]],
  [2, [1, 0, 6]],
  [3, [1, 4]],
  [4, [1, 8]],
  [5, [1, 10]],
  [6, [1, 12]],
]);

/** 8.5, with which CentOS 8 ended, and later: NetworkManager 1.32 to 1.40. */
export const enterpriseLinux8: System = {
  ...common,
  names: {
    centos: 'CentOS',
    rhel: 'Red Hat Enterprise Linux',
    rocky: 'Rocky Linux',
    almalinux: 'AlmaLinux',
    ol: 'Oracle Linux',
  },
  versions: [{ from: [8, 5], below: [9] }],
  example: '8',
  stack: 'networkmanager',
  alternatives: ['network-scripts'],
  profiles: 'ifcfg-nm',
  init: 'systemd',
  ships: { networkmanager: [1, 32], systemd: [239], netplan: null, wicked: null, kernel: [4, 18] },
  networkScripts: false,
};

/** The minor releases of 8 before 8.5; the version of NetworkManager in each. Rocky Linux and AlmaLinux begin with 8.3. */
const olderOf8: readonly System[] = [
  ...minorReleases({ ...enterpriseLinux8, names: enterpriseLinux7.names }, [
    [0, [1, 14]],
    [1, [1, 20]],
    [2, [1, 22]],
  ]),
  ...minorReleases(enterpriseLinux8, [
    [3, [1, 26]],
    [4, [1, 30]],
  ]),
];

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

/** A row for each minor release `MAJOR.minor` with the NetworkManager that it ships; all else as in `last`. */
function minorReleases(
  last: System,
  releases: readonly (readonly [minor: number, networkmanager: Version])[],
): readonly System[] {
  return releases.map(([minor, networkmanager]) => {
    const major = Number(last.example);
    return {
      ...last,
      versions: [{ from: [major, minor], below: [major, minor + 1] }],
      example: `${major}.${minor}`,
      ships: { ...last.ships, networkmanager },
    };
  });
}

/** All rows of this file, oldest first within a distribution. */
export const redHatSystems: readonly System[] = [
  enterpriseLinux6,
  ...olderOf7,
  enterpriseLinux7,
  ...olderOf8,
  enterpriseLinux8,
  enterpriseLinux9,
  enterpriseLinux10,
  fedora33,
  fedora36,
  fedora41,
];
