import { release, type System } from '../system.ts';

/*
 * Versions: those of the release as first published (packages.debian.org, packages.ubuntu.com); netplan on Ubuntu 18.04
 * and 20.04 is the one that their updates brought.
 * Include lines: the interfaces files of the distributions' own cloud images and installers.
 */

const common = {
  family: 'debian',
  alternatives: [],
  profiles: 'keyfile',
  dhcpClient: 'dhclient',
  init: 'systemd',
  networkScripts: false,
} as const;

const ubuntu = { ...common, names: { ubuntu: 'Ubuntu' } } as const;
const debian = { ...common, names: { debian: 'Debian GNU/Linux' }, include: 'any-name' } as const;

export const ubuntu1404: System = {
  ...ubuntu,
  versions: [{ from: [14, 4], below: [15, 4] }],
  example: '14.04',
  stack: 'ifupdown',
  init: 'upstart',
  ships: { networkmanager: [0, 9, 8], systemd: null, netplan: null, wicked: null, kernel: [3, 13] },
  include: 'cfg-suffix',
};

export const ubuntu1604: System = {
  ...ubuntu,
  versions: [{ from: [15, 4], below: [17, 10] }],
  example: '16.04',
  stack: 'ifupdown',
  ships: { networkmanager: [1, 2], systemd: [229], netplan: null, wicked: null, kernel: [4, 4] },
  include: 'cfg-suffix',
};

export const ubuntu1804: System = {
  ...ubuntu,
  versions: [{ from: [17, 10], below: [19, 10] }],
  example: '18.04',
  stack: 'netplan',
  ships: { networkmanager: [1, 10], systemd: [237], netplan: [0, 99], wicked: null, kernel: [4, 15] },
  include: 'any-name',
};

export const ubuntu2004: System = {
  ...ubuntu,
  versions: [{ from: [19, 10], below: [21, 10] }],
  example: '20.04',
  stack: 'netplan',
  ships: { networkmanager: [1, 22], systemd: [245], netplan: [0, 104], wicked: null, kernel: [5, 4] },
  include: 'any-name',
};

export const ubuntu2204: System = {
  ...ubuntu,
  versions: [{ from: [21, 10], below: [23, 10] }],
  example: '22.04',
  stack: 'netplan',
  ships: { networkmanager: [1, 36], systemd: [249], netplan: [0, 104], wicked: null, kernel: [5, 15] },
  include: 'any-name',
};

export const ubuntu2404: System = {
  ...ubuntu,
  versions: [{ from: [23, 10], below: [25, 10] }],
  example: '24.04',
  stack: 'netplan',
  ships: { networkmanager: [1, 46], systemd: [255], netplan: [1, 0], wicked: null, kernel: [6, 8] },
  include: 'any-name',
};

export const ubuntu2604: System = {
  ...ubuntu,
  versions: [{ from: [25, 10], below: [27, 10] }],
  example: '26.04',
  stack: 'netplan',
  ships: { networkmanager: [1, 54], systemd: [257], netplan: [1, 1, 2], wicked: null, kernel: [6, 17] },
  include: 'any-name',
};

export const debian8: System = {
  ...debian,
  versions: [release(8)],
  example: '8',
  stack: 'ifupdown',
  ships: { networkmanager: [0, 9, 10], systemd: [215], netplan: null, wicked: null, kernel: [3, 16] },
};

/** Some of its cloud images use systemd-networkd. */
export const debian9: System = {
  ...debian,
  versions: [release(9)],
  example: '9',
  stack: 'ifupdown',
  alternatives: ['networkd'],
  ships: { networkmanager: [1, 6], systemd: [232], netplan: null, wicked: null, kernel: [4, 9] },
};

export const debian10: System = {
  ...debian,
  versions: [release(10)],
  example: '10',
  stack: 'ifupdown',
  ships: { networkmanager: [1, 14], systemd: [241], netplan: null, wicked: null, kernel: [4, 19] },
};

export const debian11: System = {
  ...debian,
  versions: [release(11)],
  example: '11',
  stack: 'ifupdown',
  ships: { networkmanager: [1, 30], systemd: [247], netplan: null, wicked: null, kernel: [5, 10] },
};

/** Its cloud images use netplan; an installation from its installer uses ifupdown. */
export const debian12: System = {
  ...debian,
  versions: [release(12)],
  example: '12',
  stack: 'netplan',
  alternatives: ['ifupdown'],
  ships: { networkmanager: [1, 42], systemd: [252], netplan: [0, 106], wicked: null, kernel: [6, 1] },
};

/** As 12; a new installation with ifupdown has dhcpcd-base as its DHCP client. */
export const debian13: System = {
  ...debian,
  versions: [release(13)],
  example: '13',
  stack: 'netplan',
  alternatives: ['ifupdown'],
  ships: { networkmanager: [1, 52], systemd: [257], netplan: [1, 1, 2], wicked: null, kernel: [6, 12] },
  dhcpClient: 'dhcpcd',
};

/** All rows of this file, oldest first within a distribution. */
export const debianSystems: readonly System[] = [
  ubuntu1404,
  ubuntu1604,
  ubuntu1804,
  ubuntu2004,
  ubuntu2204,
  ubuntu2404,
  ubuntu2604,
  debian8,
  debian9,
  debian10,
  debian11,
  debian12,
  debian13,
];
