import type { Nic } from './nic.ts';
import { openstackDocuments } from './openstack-documents.ts';

/**
 * What Huawei Cloud's service serves of an ECS in place of that: its own types of link, a null MTU, and of each network no
 * more than that it has DHCP (Huawei, "Obtaining ECS Details Using Metadata").
 */
export function huaweiDocuments(nics: readonly Nic[]): Readonly<Record<string, string>> {
  const links = nics.map(({ id, mac }) => ({
    vif_id: id,
    ethernet_mac_address: mac,
    mtu: null,
    type: 'cascading',
    id: `tap-${id}`,
  }));
  const networks = nics.map(({ id, subnet }, index) => ({
    network_id: `net-${subnet.number}`,
    type: 'ipv4_dhcp',
    link: `tap-${id}`,
    id: `network${index}`,
  }));
  const services = [{ type: 'dns', address: '100.125.1.250' }];
  const qos = { instance_min_bandwidth: 100, instance_max_bandwidth: 500 };
  return {
    ...openstackDocuments(nics),
    '/openstack/latest/network_data.json': JSON.stringify({ services, qos, networks, links }),
  };
}
