import type { Nic } from '../lab/nic.ts';
import type { Vpc } from '../lab/vpc.ts';

/** The table of the only secondary in these tests. */
const table = 21001;

/** What a distribution does with a second NIC: an address with its subnet, and no more. */
export async function connectByHand(vpc: Vpc, nic: Nic): Promise<void> {
  await vpc.server.ip([
    `link set ${nic.name} up`,
    ...nic.ipv4.map((address) => `addr add ${address}/24 dev ${nic.name}`),
    ...nic.ipv6.map((address) => `-6 addr add ${address}/64 dev ${nic.name} nodad`),
  ]);
}

/** What the seed's documents tell: the connected subnet in main, and a table for the NIC's own address. */
export async function tableByHand(vpc: Vpc, nic: Nic): Promise<void> {
  const { cidr4, gateway4 } = nic.subnet;
  await connectByHand(vpc, nic);
  await vpc.server.sysctl({ [`net/ipv4/conf/${nic.name}/rp_filter`]: 2 });
  await vpc.server.ip([
    `route add ${cidr4} dev ${nic.name} table ${table}`,
    `route add default via ${gateway4} dev ${nic.name} table ${table}`,
    ...nic.ipv4.map((address) => `rule add from ${address} lookup ${table} priority ${table}`),
  ]);
}

/** The whole scheme, with ip: /32 addresses, a table, `from` rules, and the rules for new connections into the subnet. */
export async function schemeByHand(vpc: Vpc, nic: Nic): Promise<void> {
  const { cidr4, cidr6, gateway4, gateway6 } = nic.subnet;
  const shared = nic.subnet.number === vpc.primary.subnet.number;
  const links = shared ? ['eth0', nic.name] : [];
  await vpc.server.sysctl({ [`net/ipv4/conf/${nic.name}/rp_filter`]: 2 });
  for (const link of links) {
    await vpc.server.sysctl({
      [`net/ipv4/conf/${link}/arp_ignore`]: 1,
      [`net/ipv4/conf/${link}/arp_announce`]: 2,
    });
  }
  await vpc.server.ip([
    `link set ${nic.name} up`,
    ...nic.ipv4.map((address) => `addr add ${address}/32 dev ${nic.name}`),
    `route add ${cidr4} dev ${nic.name} src ${nic.ipv4[0]} table ${table}`,
    `route add default via ${gateway4} dev ${nic.name} table ${table}`,
    ...nic.ipv4.map((address) => `rule add from ${address} lookup ${table} priority ${table}`),
    ...(shared
      ? []
      : [
          `rule add from 0.0.0.0/32 to ${cidr4} lookup main suppress_prefixlength 24 priority 21997`,
          `rule add from 0.0.0.0/32 to ${cidr4} lookup ${table} priority 21998`,
        ]),
  ]);
  if (nic.ipv6.length === 0) return;
  await vpc.server.ip([
    ...nic.ipv6.map((address) => `-6 addr add ${address}/128 dev ${nic.name} nodad`),
    `-6 route add ${cidr6} dev ${nic.name} table ${table}`,
    `-6 route add default via ${gateway6} dev ${nic.name} table ${table}`,
    ...nic.ipv6.map((address) => `-6 rule add from ${address} lookup ${table} priority ${table}`),
    ...(shared
      ? []
      : [
          `-6 rule add from ::/1 to ${cidr6} lookup main priority 21996`,
          `-6 rule add from 8000::/1 to ${cidr6} lookup main priority 21996`,
          `-6 rule add to ${cidr6} lookup main suppress_prefixlength 64 priority 21997`,
          `-6 rule add to ${cidr6} lookup ${table} priority 21998`,
        ]),
  ]);
}
