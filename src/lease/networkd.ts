import type { LeaseSource } from './source.ts';
import { assignments, textOf } from './text.ts';
import { leaseFrom, routesInText } from './told.ts';

/**
 * systemd-networkd (dhcp_lease_save in sd-dhcp-lease.c): /run/systemd/netif/leases/<ifindex>, `KEY=value`. Option 121 is
 * CLASSLESS_ROUTES since 249 and ROUTES before. The kernel shows the same default where networkd set it, and is believed
 * first; the file calls itself private.
 */
export const networkd: LeaseSource = {
  directories: ['/run/systemd/netif/leases'],
  isOf: (name, link) => name === String(link.index),
  parse(bytes) {
    const said = assignments(textOf(bytes) ?? '');
    return leaseFrom({
      address: said.get('ADDRESS'),
      routers: said.get('ROUTER'),
      classless: routesInText(said.get('CLASSLESS_ROUTES') ?? said.get('ROUTES')),
      clientId: said.get('CLIENTID'),
    });
  },
};
