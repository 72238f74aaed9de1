import { release, type System } from '../system.ts';

const common = {
  family: 'rhel',
  alternatives: [],
  include: null,
  dhcpClient: 'dhclient',
  init: 'systemd',
} as const;

/** Service pack 1 and later; the first images had NetworkManager 1.16. */
export const openEuler2003: System = {
  ...common,
  names: { openeuler: 'openEuler' },
  versions: [{ from: [20, 3], below: [22, 3] }],
  example: '20.03',
  stack: 'networkmanager',
  alternatives: ['network-scripts'],
  profiles: 'ifcfg-nm',
  ships: { networkmanager: [1, 26], systemd: [243], netplan: null, wicked: null, kernel: [4, 19] },
  networkScripts: true,
};

export const openEuler2203: System = {
  ...common,
  names: { openeuler: 'openEuler' },
  versions: [{ from: [22, 3], below: [24, 3] }],
  example: '22.03',
  stack: 'networkmanager',
  profiles: 'ifcfg-nm',
  ships: { networkmanager: [1, 32], systemd: [249], netplan: null, wicked: null, kernel: [5, 10] },
  networkScripts: false,
};

export const openEuler2403: System = {
  ...common,
  names: { openeuler: 'openEuler' },
  versions: [{ from: [24, 3], below: [26] }],
  example: '24.03',
  stack: 'networkmanager',
  profiles: 'ifcfg-nm',
  ships: { networkmanager: [1, 44], systemd: [255], netplan: null, wicked: null, kernel: [6, 6] },
  networkScripts: false,
};

/** VERSION_ID is 2.0 for every service pack; those up to 9 use network-scripts, later ones come with NetworkManager. */
export const eulerOs2: System = {
  ...common,
  names: { euleros: 'EulerOS' },
  versions: [release(2)],
  example: '2.0',
  stack: 'network-scripts',
  alternatives: ['networkmanager'],
  profiles: 'ifcfg-nm',
  ships: { networkmanager: [1, 10], systemd: [219], netplan: null, wicked: null, kernel: [3, 10] },
  networkScripts: true,
};

/** Made to be like CentOS 7. */
export const huaweiCloud1: System = {
  ...common,
  names: { hce: 'Huawei Cloud EulerOS' },
  versions: [release(1)],
  example: '1.1',
  stack: 'network-scripts',
  alternatives: ['networkmanager'],
  profiles: 'ifcfg-nm',
  ships: { networkmanager: [1, 18], systemd: [219], netplan: null, wicked: null, kernel: [3, 10] },
  networkScripts: true,
};

/** Made from openEuler 22.03. */
export const huaweiCloud2: System = {
  ...common,
  names: { hce: 'Huawei Cloud EulerOS' },
  versions: [release(2)],
  example: '2.0',
  stack: 'networkmanager',
  profiles: 'ifcfg-nm',
  ships: { networkmanager: [1, 32], systemd: [249], netplan: null, wicked: null, kernel: [5, 10] },
  networkScripts: false,
};

/** The server edition, made from openEuler 20.03; VERSION_ID is `V10`. */
export const kylin10: System = {
  ...common,
  names: { kylin: 'Kylin Linux Advanced Server' },
  versions: [release(10)],
  example: 'V10',
  stack: 'networkmanager',
  alternatives: ['network-scripts'],
  profiles: 'ifcfg-nm',
  ships: { networkmanager: [1, 26], systemd: [243], netplan: null, wicked: null, kernel: [4, 19] },
  networkScripts: true,
};

/** All rows of this file, oldest first within a distribution. */
export const eulerSystems: readonly System[] = [
  openEuler2003,
  openEuler2203,
  openEuler2403,
  eulerOs2,
  huaweiCloud1,
  huaweiCloud2,
  kylin10,
];
