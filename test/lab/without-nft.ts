import type { Namespace } from './namespace.ts';

/** nft, where it is put aside. */
export const nftAside = '/run/host-sbin/nft';

/** Makes the server one without nft, whose iptables is the given one: its /usr/sbin gets links to everything else. */
export async function withoutNft(
  server: Namespace,
  iptables: 'iptables-nft' | 'iptables-legacy',
): Promise<void> {
  const suffix = iptables.slice('iptables'.length);
  const script = `
mkdir /run/host-sbin /run/sbin
mount --bind /usr/sbin /run/host-sbin
for file in /run/host-sbin/*; do ln -s "$file" /run/sbin/; done
rm /run/sbin/nft
for program in iptables ip6tables; do
  for end in '' -save -restore; do ln -sf "/run/host-sbin/$program${suffix}$end" "/run/sbin/$program$end"; done
done
mount --bind /run/sbin /usr/sbin
! command -v nft`;
  await server.must(['sh', '-ec', script]);
}
