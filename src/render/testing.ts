import type { Address, Prefix } from '../model/address.ts';
import type {
  DesiredFamily,
  DesiredInterface,
  DesiredNetwork,
  PolicyRoute,
  PolicyRule,
} from '../model/desired.ts';
import type { Mac } from '../model/mac.ts';
import type { FormatId, Stack, StackId } from '../model/stack.ts';

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

/** A secondary in slot 1: 10.0.1.20 in 10.0.1.0/24, one further address, a table and its rules. */
export function secondary(changes: Partial<DesiredInterface> = {}): DesiredInterface {
  return {
    name: 'eth1',
    mac: '00:16:3e:00:00:01' as Mac,
    id: 'eni-1',
    slot: 1,
    table: 21001,
    mtu: null,
    vlan: null,
    ipv4: family(),
    ipv6: null,
    routes: [route('10.0.1.0/24', null), route('0.0.0.0/0', '10.0.1.253')],
    rules: [
      rule({ priority: 21001, from: '10.0.1.20/32' as Prefix }),
      rule({ priority: 21001, from: '10.0.1.21/32' as Prefix }),
      rule({ priority: 21997, ...newInto, table: 254, suppressPrefixLength: 24 }),
      rule({ priority: 21998, ...newInto }),
    ],
    ...changes,
  };
}

const newInto = { from: '0.0.0.0/32' as Prefix, to: '10.0.1.0/24' as Prefix };

export function rule(changes: Partial<PolicyRule>): PolicyRule {
  const all = { family: 'ipv4' as const, priority: 21001, from: null, to: null, table: 21001 };
  return { ...all, suppressPrefixLength: null, ...changes };
}

export function family(changes: Partial<DesiredFamily> = {}): DesiredFamily {
  return {
    method: 'dhcp',
    connected: 'table',
    byLease: false,
    address: '10.0.1.20' as Address,
    prefixLength: 24,
    further: ['10.0.1.21' as Address],
    prefixes: [],
    subnet: '10.0.1.0/24' as Prefix,
    gateway: '10.0.1.253' as Address,
    routes: [],
    sharedWithPrimary: false,
    ...changes,
  };
}

/** A route of table 21001. */
export function route(
  destination: string,
  via: string | null,
  changes: Partial<PolicyRoute> = {},
): PolicyRoute {
  return {
    family: 'ipv4',
    table: 21001,
    destination: destination as Prefix,
    via: via as Address | null,
    device: 'eth1',
    source: '10.0.1.20' as Address,
    onlink: false,
    metric: 0,
    ...changes,
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

const idOf: Readonly<Record<FormatId, StackId>> = {
  netplan: 'netplan',
  keyfile: 'networkmanager',
  'ifcfg-nm': 'networkmanager',
  networkd: 'networkd',
  'ifcfg-suse': 'wicked',
  ifcfg: 'network-scripts',
  interfaces: 'ifupdown',
  none: 'none',
};

/** A stack that reads the format, with these versions of systemd, netplan and NetworkManager. */
export function stackOf(
  format: Stack['format'],
  versions: Partial<Stack['versions']> = {},
  changes: Partial<Stack> = {},
): Stack {
  const base = stack();
  const known = { ...base.versions, kernel: [6, 1], ...versions };
  return { ...base, id: idOf[format], format, versions: known, ...changes };
}
