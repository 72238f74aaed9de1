import { release, type System } from '../system.ts';

const common = {
  family: 'rhel',
  alternatives: [],
  include: null,
  dhcpClient: 'dhclient',
  init: 'systemd',
  networkScripts: false,
} as const;

/** Images before 2021-02 come with systemd-networkd instead (Alibaba help: switch the network service). */
export const alinux2: System = {
  ...common,
  names: { alinux: 'Alibaba Cloud Linux' },
  versions: [release(2)],
  example: '2',
  stack: 'network-scripts',
  alternatives: ['networkd'],
  profiles: 'ifcfg-nm',
  ships: { networkmanager: [1, 18], systemd: [219], netplan: null, wicked: null, kernel: [4, 19] },
  networkScripts: true,
};

export const alinux3: System = {
  ...common,
  names: { alinux: 'Alibaba Cloud Linux' },
  versions: [release(3)],
  example: '3',
  stack: 'networkmanager',
  profiles: 'ifcfg-nm',
  ships: { networkmanager: [1, 26], systemd: [239], netplan: null, wicked: null, kernel: [5, 10] },
};

export const alinux4: System = {
  ...common,
  names: { alinux: 'Alibaba Cloud Linux' },
  versions: [release(4)],
  example: '4',
  stack: 'networkmanager',
  profiles: 'keyfile',
  ships: { networkmanager: [1, 44], systemd: [255], netplan: null, wicked: null, kernel: [6, 6] },
};

export const anolis7: System = {
  ...common,
  names: { anolis: 'Anolis OS' },
  versions: [release(7)],
  example: '7',
  stack: 'network-scripts',
  alternatives: ['networkmanager'],
  profiles: 'ifcfg-nm',
  ships: { networkmanager: [1, 18], systemd: [219], netplan: null, wicked: null, kernel: [3, 10] },
  networkScripts: true,
};

export const anolis8: System = {
  ...common,
  names: { anolis: 'Anolis OS' },
  versions: [release(8)],
  example: '8',
  stack: 'networkmanager',
  profiles: 'ifcfg-nm',
  ships: { networkmanager: [1, 26], systemd: [239], netplan: null, wicked: null, kernel: [4, 19] },
};

export const anolis23: System = {
  ...common,
  names: { anolis: 'Anolis OS' },
  versions: [release(23)],
  example: '23',
  stack: 'networkmanager',
  profiles: 'keyfile',
  ships: { networkmanager: [1, 42], systemd: [252], netplan: null, wicked: null, kernel: [5, 10] },
};

/** Amazon Linux 1: VERSION_ID is the date of the release, 2011.09 to 2018.03. */
export const amazonLinux1: System = {
  ...common,
  names: { amzn: 'Amazon Linux' },
  versions: [release(1), { from: [2011], below: [2022] }],
  example: '1',
  stack: 'network-scripts',
  profiles: 'ifcfg-nm',
  init: 'sysv',
  ships: { networkmanager: null, systemd: null, netplan: null, wicked: null, kernel: [4, 14] },
  networkScripts: true,
};

export const amazonLinux2: System = {
  ...common,
  names: { amzn: 'Amazon Linux' },
  versions: [release(2)],
  example: '2',
  stack: 'network-scripts',
  profiles: 'ifcfg-nm',
  ships: { networkmanager: null, systemd: [219], netplan: null, wicked: null, kernel: [4, 14] },
  networkScripts: true,
};

export const amazonLinux2023: System = {
  ...common,
  names: { amzn: 'Amazon Linux' },
  versions: [{ from: [2022], below: [2025] }],
  example: '2023',
  stack: 'networkd',
  profiles: 'keyfile',
  ships: { networkmanager: null, systemd: [252], netplan: null, wicked: null, kernel: [6, 1] },
  dhcpClient: null,
};

export const tencent2: System = {
  ...common,
  names: { tencentos: 'TencentOS Server' },
  versions: [release(2)],
  example: '2',
  stack: 'network-scripts',
  profiles: 'ifcfg-nm',
  ships: { networkmanager: [1, 18], systemd: [219], netplan: null, wicked: null, kernel: [4, 14] },
  networkScripts: true,
};

export const tencent3: System = {
  ...common,
  names: { tencentos: 'TencentOS Server' },
  versions: [release(3)],
  example: '3',
  stack: 'networkmanager',
  profiles: 'ifcfg-nm',
  ships: { networkmanager: [1, 26], systemd: [239], netplan: null, wicked: null, kernel: [5, 4] },
};

export const tencent4: System = {
  ...common,
  names: { tencentos: 'TencentOS Server' },
  versions: [release(4)],
  example: '4',
  stack: 'networkmanager',
  profiles: 'keyfile',
  ships: { networkmanager: [1, 44], systemd: [255], netplan: null, wicked: null, kernel: [6, 6] },
};

export const openCloud8: System = {
  ...common,
  names: { opencloudos: 'OpenCloudOS' },
  versions: [release(8)],
  example: '8',
  stack: 'networkmanager',
  profiles: 'ifcfg-nm',
  ships: { networkmanager: [1, 32], systemd: [239], netplan: null, wicked: null, kernel: [5, 4] },
};

export const openCloud9: System = {
  ...common,
  names: { opencloudos: 'OpenCloudOS' },
  versions: [release(9)],
  example: '9',
  stack: 'networkmanager',
  profiles: 'keyfile',
  ships: { networkmanager: [1, 42], systemd: [252], netplan: null, wicked: null, kernel: [6, 6] },
};

/** All rows of this file, oldest first within a distribution. */
export const cloudSystems: readonly System[] = [
  alinux2,
  alinux3,
  alinux4,
  anolis7,
  anolis8,
  anolis23,
  amazonLinux1,
  amazonLinux2,
  amazonLinux2023,
  tencent2,
  tencent3,
  tencent4,
  openCloud8,
  openCloud9,
];
