import { type DesiredForwarding, hex } from '../model/forwarding.ts';

/** Our chains in table mangle, and the chains that jump to them. */
export const iptablesChains = [
  { hook: 'PREROUTING', name: 'ENID-PREROUTING' },
  { hook: 'OUTPUT', name: 'ENID-OUTPUT' },
] as const;

/** One rule for iptables-restore; that of a NIC with its name and MAC. */
export interface IptablesRule {
  readonly nic: { readonly name: string; readonly mac: string } | null;
  readonly line: string;
}

/** What {@link nftTable} does, but for the MAC that a packet was sent to: iptables cannot match it. */
export function iptablesRules({ mask, nics }: DesiredForwarding): readonly IptablesRule[] {
  const bits = hex(mask);
  const connections = nics.map(({ name, mac, mark }) => {
    const match = `-i ${name} -m conntrack --ctdir ORIGINAL -m connmark ! --mark ${hex(mark)}/${bits}`;
    const line = `-A ENID-PREROUTING ${match} -j CONNMARK --set-xmark ${hex(mark)}/${bits}`;
    return { nic: { name, mac }, line };
  });
  const replies = iptablesChains.map(({ name }) => {
    const match = `-m conntrack --ctdir REPLY -m connmark ! --mark 0x0/${bits}`;
    return {
      nic: null,
      line: `-A ${name} ${match} -j CONNMARK --restore-mark --nfmask ${bits} --ctmask ${bits}`,
    };
  });
  return [...connections, ...replies];
}
