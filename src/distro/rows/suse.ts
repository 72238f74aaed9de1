import { release, type System } from '../system.ts';

const common = {
  family: 'suse',
  alternatives: [],
  profiles: 'keyfile',
  include: null,
  networkScripts: false,
  init: 'systemd',
  dhcpClient: null,
} as const;

const enterprise = { sles: 'SUSE Linux Enterprise Server', sles_sap: 'SUSE Linux Enterprise Server for SAP' };

export const suse11: System = {
  ...common,
  names: enterprise,
  versions: [release(11)],
  example: '11',
  stack: 'sysconfig',
  init: 'sysv',
  ships: { networkmanager: null, systemd: null, netplan: null, wicked: null, kernel: [3, 0] },
  dhcpClient: 'dhcpcd',
};

/** wicked as updated: the first images lack `ifrule`, which came with 0.6.33. */
export const suse12: System = {
  ...common,
  names: enterprise,
  versions: [release(12)],
  example: '12',
  stack: 'wicked',
  ships: { networkmanager: [1, 0], systemd: [228], netplan: null, wicked: [0, 6, 60], kernel: [4, 4] },
};

export const suse15: System = {
  ...common,
  names: enterprise,
  versions: [release(15)],
  example: '15',
  stack: 'wicked',
  ships: { networkmanager: [1, 10], systemd: [234], netplan: null, wicked: [0, 6, 60], kernel: [4, 12] },
};

/** wicked is gone. */
export const suse16: System = {
  ...common,
  names: enterprise,
  versions: [release(16)],
  example: '16',
  stack: 'networkmanager',
  ships: { networkmanager: [1, 52], systemd: [257], netplan: null, wicked: null, kernel: [6, 12] },
};

export const openSuse42: System = {
  ...common,
  names: { opensuse: 'openSUSE Leap', 'opensuse-leap': 'openSUSE Leap' },
  versions: [release(42)],
  example: '42.3',
  stack: 'wicked',
  ships: { networkmanager: [1, 0], systemd: [228], netplan: null, wicked: [0, 6, 60], kernel: [4, 4] },
};

export const leap15: System = {
  ...common,
  names: { 'opensuse-leap': 'openSUSE Leap', opensuse: 'openSUSE Leap' },
  versions: [release(15)],
  example: '15',
  stack: 'wicked',
  ships: { networkmanager: [1, 10], systemd: [234], netplan: null, wicked: [0, 6, 60], kernel: [4, 12] },
};

export const leap16: System = {
  ...common,
  names: { 'opensuse-leap': 'openSUSE Leap', opensuse: 'openSUSE Leap' },
  versions: [release(16)],
  example: '16',
  stack: 'networkmanager',
  ships: { networkmanager: [1, 52], systemd: [257], netplan: null, wicked: null, kernel: [6, 12] },
};

/** VERSION_ID is the date of the snapshot; before 2024 new images came with wicked. */
export const tumbleweed: System = {
  ...common,
  names: { 'opensuse-tumbleweed': 'openSUSE Tumbleweed' },
  versions: [{ from: [20240101], below: [20990101] }],
  example: '20250101',
  stack: 'networkmanager',
  alternatives: ['wicked'],
  ships: { networkmanager: [1, 50], systemd: [256], netplan: null, wicked: [0, 6, 77], kernel: [6, 12] },
};

/** All rows of this file, oldest first within a distribution. */
export const suseSystems: readonly System[] = [
  suse11,
  suse12,
  suse15,
  suse16,
  openSuse42,
  leap15,
  leap16,
  tumbleweed,
];
