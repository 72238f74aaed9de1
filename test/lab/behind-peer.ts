import type { Peer } from './peer.ts';
import type { Subnet } from './subnet.ts';
import type { Vpc } from './vpc.ts';

/** A host in the network (/24) that lies behind the peer of a subnet. */
export function behindPeer({ number }: Subnet): string {
  return `172.30.${number}.1`;
}

/** Makes that host live, on the peer itself, and gives the peer back; the router knows the way to it. */
export async function openBehindPeer(
  { router, peer }: Pick<Vpc<Vpc['server']>, 'router' | 'peer'>,
  subnet: Subnet,
): Promise<Peer> {
  const own = await peer(subnet.number);
  const host = behindPeer(subnet);
  await own.ip([`addr add ${host}/32 dev lo`]);
  await router.ip([`route add ${host}/32 via ${subnet.peer4} dev ${own.port}`]);
  return own;
}
