import type { Nic } from './nic.ts';

/** Every leaf of Alibaba Cloud's metadata below `meta-data/`, by its path, in the form that each leaf has there. */
export type Leaves = Readonly<Record<string, string>>;

const nameservers: readonly string[] = ['100.100.2.136', '100.100.2.138'];

/** The leaves of an instance; the primary is the NIC that says so. */
export function metadataLeaves(nics: readonly Nic[]): Leaves {
  const primary = nics.find((nic) => nic.primary);
  const leaves: Record<string, string> = {
    'dns-conf/nameservers': nameservers.join('\r\n'),
    hostname: 'guest',
    'instance-id': 'i-bp1enidlab000000001',
    'network-type': 'vpc',
    'region-id': 'cn-hangzhou',
    'vpc-cidr-block': '10.0.0.0/16',
    'vpc-id': 'vpc-bp1enidlab',
    'zone-id': 'cn-hangzhou-i',
  };
  if (primary !== undefined) {
    leaves.mac = primary.mac;
    const [first] = primary.ipv4;
    if (first !== undefined) {
      leaves['private-ipv4'] = first;
      leaves['vswitch-cidr-block'] = primary.subnet.cidr4;
    }
    leaves['vswitch-id'] = `vsw-lab${primary.subnet.number}`;
  }
  for (const nic of nics) {
    for (const [leaf, value] of Object.entries(nicLeaves(nic))) {
      leaves[`network/interfaces/macs/${nic.mac}/${leaf}`] = value;
    }
  }
  return leaves;
}

function nicLeaves(nic: Nic): Leaves {
  const prefixes = (isWanted: (prefix: string) => boolean) => nic.prefixes.filter(isWanted).join(',');
  const [prefixes4, prefixes6] = [
    prefixes((one) => !one.includes(':')),
    prefixes((one) => one.includes(':')),
  ];
  const ipv6 = {
    ipv6s: `[${nic.ipv6.join(',')}]`,
    'ipv6-gateway': nic.subnet.gateway6,
    'vswitch-ipv6-cidr-block': nic.subnet.cidr6,
    'vpc-ipv6-cidr-blocks': '[2001:db8::/56]',
  };
  const ipv4 = {
    gateway: nic.subnet.gateway4,
    netmask: nic.subnet.netmask,
    'primary-ip-address': nic.ipv4[0] ?? '',
    // The list does not begin with the primary address there either.
    'private-ipv4s': JSON.stringify([...nic.ipv4.slice(1), ...nic.ipv4.slice(0, 1)]),
    'vpc-cidr-block': '10.0.0.0/16',
    'vswitch-cidr-block': nic.subnet.cidr4,
  };
  return {
    'network-interface-id': nic.id,
    'vpc-id': 'vpc-bp1enidlab',
    'vswitch-id': `vsw-lab${nic.subnet.number}`,
    ...(nic.ipv4.length > 0 ? ipv4 : {}),
    ...(nic.ipv6.length > 0 ? ipv6 : {}),
    ...(prefixes4 === '' ? {} : { 'ipv4-prefixes': prefixes4 }),
    ...(prefixes6 === '' ? {} : { 'ipv6-prefixes': prefixes6 }),
  };
}

export interface Tree {
  [name: string]: string | readonly string[] | Tree;
}

/** The body of `meta-data/all`: the same leaves as one object. */
export function metadataTree(leaves: Leaves): Tree {
  const tree: Tree = {};
  for (const [path, value] of Object.entries(leaves)) {
    const names = path.split('/');
    const last = names.pop() ?? '';
    let place = tree;
    for (const name of names) {
      const next = place[name];
      const below: Tree = typeof next === 'object' && !Array.isArray(next) ? (next as Tree) : {};
      place[name] = below;
      place = below;
    }
    place[last] = last === 'nameservers' ? nameservers : value;
  }
  return tree;
}

/** The body of a directory request: names on lines, those of directories with a slash; undefined where there is none. */
export function metadataListing(leaves: Leaves, directory: string): string | undefined {
  const prefix = directory === '' ? '' : `${directory}/`;
  const names = new Set<string>();
  for (const path of Object.keys(leaves)) {
    if (!path.startsWith(prefix)) continue;
    const [first = '', ...deeper] = path.slice(prefix.length).split('/');
    names.add(deeper.length > 0 ? `${first}/` : first);
  }
  return names.size === 0 ? undefined : [...names].sort().join('\n');
}
