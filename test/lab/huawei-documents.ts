import type { Nic } from './nic.ts';
import { openstackDocuments } from './openstack-documents.ts';

/**
 * What Huawei Cloud's service serves of an ECS in place of that: its own types of link, a null MTU, and of each network no
 * more than that it has DHCP (Huawei, "Obtaining ECS Details Using Metadata"). How it tells of IPv6 is not published; nova's
 * word for what its servers do (Huawei, "Dynamically Assigning IPv6 Addresses") stands here without an address as well.
 */
export function huaweiDocuments(nics: readonly Nic[]): Readonly<Record<string, string>> {
  const links = nics.map(({ id, mac }) => ({
    vif_id: id,
    ethernet_mac_address: mac,
    mtu: null,
    type: 'cascading',
    id: `tap-${id}`,
  }));
  const networks = nics.flatMap(({ id, subnet, ipv6 }, index) =>
    ['ipv4_dhcp', ...(ipv6.length > 0 ? ['ipv6_dhcpv6-stateful'] : [])].map((type) => ({
      network_id: `net-${subnet.number}`,
      type,
      link: `tap-${id}`,
      id: `network${index}`,
    })),
  );
  const services = [{ type: 'dns', address: '100.125.1.250' }];
  const qos = { instance_min_bandwidth: 100, instance_max_bandwidth: 500 };
  return {
    ...openstackDocuments(nics),
    '/openstack/latest/network_data.json': JSON.stringify({ services, qos, networks, links }),
  };
}
