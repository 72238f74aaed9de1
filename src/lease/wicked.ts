import type { LeaseSource } from './source.ts';
import { assignments, textOf } from './text.ts';
import { leaseFrom } from './told.ts';

/**
 * wicked (__ni_leaseinfo_dump in leaseinfo.c): /run/wicked/leaseinfo.eth1.dhcp.ipv4, `KEY='value'` for netconfig. A default
 * stands in GATEWAYS whichever option it came by; a second address would be IPADDR_1.
 */
export const wicked: LeaseSource = {
  directories: ['/run/wicked'],
  isOf: (name, link) => name === `leaseinfo.${link.name}.dhcp.ipv4`,
  parse(bytes, link) {
    const said = assignments(textOf(bytes) ?? '');
    if (said.get('INTERFACE') !== link.name) return null;
    return leaseFrom({
      address: said.get('IPADDR')?.replace(/\/\d+$/, ''),
      routers: said.get('GATEWAYS'),
      classless: undefined,
      clientId: said.get('CLIENTID'),
    });
  },
};
