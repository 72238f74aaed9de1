import type { Lease } from '../model/lease.ts';
import { routesInBytes } from './option-121.ts';
import type { LeaseSource } from './source.ts';
import { textOf } from './text.ts';
import { leaseFrom } from './told.ts';

/**
 * ISC dhclient (dhclient.leases(5)): a log of `lease { … }`, of which the last for an interface holds. Option 121 is
 * called rfc3442-classless-static-routes by Debian and classless-static-routes by Red Hat and SUSE, its bytes in decimal.
 * Files: Debian and Ubuntu /var/lib/dhcp/dhclient.eth1.leases (ifupdown, inet.defn); EL6
 * /var/lib/dhclient/dhclient-eth1.leases and EL7 dhclient-<uuid>-eth1.lease, both dashes without a UUID (network-functions);
 * NetworkManager with dhcp=dhclient /var/lib/NetworkManager/dhclient-<uuid>-eth1.lease.
 */
export const dhclient: LeaseSource = {
  directories: ['/var/lib/dhcp', '/var/lib/dhclient', '/var/lib/NetworkManager'],
  isOf: (name, link) =>
    new RegExp(`^dhclient(?:[.-]|-[0-9a-f-]*-)${link.name.replace(/\./g, '\\.')}\\.leases?$`).test(name),
  parse(bytes, link) {
    const text = textOf(bytes);
    const blocks = [...(text ?? '').matchAll(/^lease \{$([\s\S]*?)^\}$/gm)].map(([, block = '']) => block);
    const own = blocks.filter((block) => statement(block, 'interface') === `"${link.name}"`);
    const last = own.at(-1);
    return last === undefined ? null : leaseIn(last);
  },
};

function leaseIn(block: string): Lease | null {
  const option = (name: string) => statement(block, `option ${name}`);
  const bytes = option('rfc3442-classless-static-routes') ?? option('classless-static-routes');
  const classless = bytes === undefined ? undefined : routesInBytes(bytes.split(',').map(Number));
  if (classless === null) return null;
  const clientId = option('dhcp-client-identifier');
  return leaseFrom({
    address: statement(block, 'fixed-address'),
    routers: option('routers'),
    mask: option('subnet-mask'),
    classless,
    clientId,
  });
}

/** A statement of the block: its words up to the semicolon. */
function statement(block: string, name: string): string | undefined {
  const line = block
    .split('\n')
    .map((entry) => entry.trim())
    .find((entry) => entry.startsWith(`${name} `) && entry.endsWith(';'));
  return line?.slice(name.length + 1, -1);
}
