import { type DesiredForwarding, hex, type MarkedNic } from '../model/forwarding.ts';

/** The name of our table in every family. */
export const nftTableName = 'enid';

/**
 * The table for one family, in place of the one that is there. In prerouting the mark is set after everything that filters by reverse
 * path (priority 0 and 10): such a filter would ask for the way back with our mark. The output chain routes again what a local
 * socket answers in the name of another address (DNAT or REDIRECT to this host).
 *
 * All writes keep the bits outside of the mask. nft before 1.1 cannot put two marks together, so each NIC has rules of its own.
 */
export function nftTable(family: 'inet' | 'ip' | 'ip6', forwarding: DesiredForwarding): string {
  const { mask, nics } = forwarding;
  const replies = nics.map((nic) => `\t\t${replyRule(nic, mask)}`);
  return [
    `table ${family} ${nftTableName}`,
    `delete table ${family} ${nftTableName}`,
    `table ${family} ${nftTableName} {`,
    '\tchain prerouting {',
    '\t\ttype filter hook prerouting priority 200; policy accept;',
    ...nics.map((nic) => `\t\t${connectionRule(nic, mask)}`),
    ...replies,
    '\t}',
    '\tchain output {',
    '\t\ttype route hook output priority -150; policy accept;',
    ...replies,
    '\t}',
    '}',
  ].join('\n');
}

/** By name and MAC: names go from NIC to NIC. What the client sends marks its connection, also one that began before. */
function connectionRule({ name, mac, mark }: MarkedNic, mask: number): string {
  const is = `ct mark and ${hex(mask)} != ${hex(mark)}`;
  return `iifname "${name}" ether daddr ${mac} ct direction original ${is} ct mark set ct mark and ${hex(~mask)} xor ${hex(mark)}`;
}

function replyRule({ mark }: MarkedNic, mask: number): string {
  const is = `ct direction reply ct mark and ${hex(mask)} == ${hex(mark)}`;
  return `${is} meta mark set mark and ${hex(~mask)} xor ${hex(mark)}`;
}
