import type { Address, Prefix } from '../model/address.ts';
import type { DesiredInterface, DesiredNetwork } from '../model/desired.ts';
import type { Mac } from '../model/mac.ts';
import type { Stack } from '../model/stack.ts';

/** Desired networks made by hand, for the tests of formats. */
export function network(secondaries: readonly DesiredInterface[] = []): DesiredNetwork {
  const mac = '00:16:3e:00:00:01' as Mac;
  return {
    primary: {
      name: 'eth0',
      mac: '00:16:3e:00:00:00' as Mac,
      id: null,
      ipv4: {
        addresses: ['10.0.0.10' as Address],
        subnet: '10.0.0.0/24' as Prefix,
        gateway: '10.0.0.253' as Address,
      },
      ipv6: null,
    },
    secondaries,
    setAside: [],
    sysctls: [
      { key: 'net/ipv4/conf/eth1.100/rp_filter', value: '2', mac },
      { key: 'net/ipv4/conf/eth1/rp_filter', value: '2', mac },
    ],
  };
}

export function stack(changes: Partial<Stack> = {}): Stack {
  return {
    id: 'none',
    format: 'none',
    renderer: null,
    init: 'systemd',
    versions: { networkmanager: null, systemd: null, netplan: null, wicked: null, kernel: null },
    dhcpClient: null,
    include: null,
    networkScripts: false,
    ...changes,
  };
}
