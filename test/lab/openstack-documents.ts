import { behindPeer } from './behind-peer.ts';
import type { Nic } from './nic.ts';

/**
 * What OpenStack's service serves of an instance, by path, as nova writes it for networks without DHCP: the ports in the order
 * of their attachment, and of each the first address of a family alone. Every subnet but the primary's has a network behind
 * another gateway, the peer's address (a host route of Neutron, with the name server that is to be asked by it).
 */
export function openstackDocuments(nics: readonly Nic[]): Readonly<Record<string, string>> {
  const directory = '/openstack/latest';
  const links = nics.map((nic) => ({
    id: `tap-${nic.id}`,
    vif_id: nic.id,
    type: 'ovs',
    mtu: 1500,
    ethernet_mac_address: nic.mac,
  }));
  const networks = nics.flatMap((nic) => [...ipv4Of(nic), ...ipv6Of(nic)]);
  const services = [{ type: 'dns', address: '10.0.0.2' }];
  return {
    [`${directory}/network_data.json`]: JSON.stringify({ links, networks, services }),
    [`${directory}/meta_data.json`]: JSON.stringify({ uuid: '83679162-1378-4288-a2d4-70e13ec132aa' }),
  };
}

function ipv4Of({ id, subnet, ipv4 }: Nic): readonly object[] {
  const route = { network: '0.0.0.0', netmask: '0.0.0.0', gateway: subnet.gateway4 };
  const services = [{ type: 'dns', address: behindPeer(subnet) }];
  const mask = { netmask: '255.255.255.0', gateway: subnet.peer4, services };
  const others = subnet.number === 0 ? [] : [{ ...mask, network: behindPeer(subnet).replace(/1$/, '0') }];
  const place = { link: `tap-${id}`, network_id: `net-${subnet.number}`, netmask: subnet.netmask };
  return ipv4
    .slice(0, 1)
    .map((ip_address) => ({ ...place, type: 'ipv4', ip_address, routes: [route, ...others] }));
}

function ipv6Of({ id, subnet, ipv6 }: Nic): readonly object[] {
  const route = { network: '::', netmask: '::', gateway: subnet.gateway6 };
  const place = {
    link: `tap-${id}`,
    network_id: `net-${subnet.number}`,
    netmask: 'ffff:ffff:ffff:ffff::',
  };
  return ipv6.slice(0, 1).map((ip_address) => ({ ...place, type: 'ipv6', ip_address, routes: [route] }));
}
