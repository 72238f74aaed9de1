import type { LeaseSource } from './source.ts';
import { assignments, textOf } from './text.ts';
import { leaseFrom, routesInText } from './told.ts';

/**
 * NetworkManager, whatever client it uses: /run/NetworkManager/devices/<ifindex>, where later versions keep the options of
 * the lease in a section [dhcp4] (seen with 1.42). Its own lease files hold the address alone. The kernel shows the same
 * default where NetworkManager set it, and is believed first.
 */
export const networkManager: LeaseSource = {
  directories: ['/run/NetworkManager/devices'],
  isOf: (name, link) => name === String(link.index),
  parse(bytes) {
    const said = assignments(textOf(bytes) ?? '');
    const option = (name: string) => said.get(`dhcp4.${name}`);
    return leaseFrom({
      address: option('ip_address'),
      routers: option('routers'),
      classless: routesInText(option('rfc3442_classless_static_routes')),
      clientId: option('dhcp_client_identifier'),
    });
  },
};
