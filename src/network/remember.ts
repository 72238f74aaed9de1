import { splitPrefix } from '../model/address.ts';
import type { DesiredFamily, DesiredNetwork, PrimaryFamily } from '../model/desired.ts';
import type { InstanceFamily, InstanceNetwork } from '../model/instance.ts';
import type { Learned, LearnedFamilies } from '../model/lease.ts';
import type { Mac } from '../model/mac.ts';
import type { State } from '../model/state.ts';
import type { GoneInterface } from '../model/step.ts';

/**
 * What would be lost with the lease or the primary's address, by NIC: where metadata lists no address or no gateway, those of now. A
 * NIC that goes takes its own along, and so does a MAC whose slot another was given; one that is not looked at now keeps it.
 */
export function remembered(
  instance: InstanceNetwork,
  { primary, secondaries }: DesiredNetwork,
  state: Pick<State, 'learned'>,
  gone: readonly GoneInterface[],
  slots: ReadonlyMap<Mac, number>,
): ReadonlyMap<Mac, LearnedFamilies> {
  const listed = new Set([primary.mac, ...instance.interfaces.map(({ mac }) => mac)]);
  const learned = new Map([...state.learned].filter(([mac]) => slots.has(mac) || listed.has(mac)));
  for (const { mac } of gone) learned.delete(mac);
  for (const said of instance.interfaces) {
    const nic = said.mac === primary.mac ? primary : secondaries.find(({ mac }) => mac === said.mac);
    if (nic === undefined) continue;
    const [ipv4, ipv6] = [told(said.ipv4, nic.ipv4), told(said.ipv6, nic.ipv6)];
    if (ipv4 === null && ipv6 === null) learned.delete(said.mac);
    else learned.set(said.mac, { ipv4, ipv6 });
  }
  return learned;
}

function told(said: InstanceFamily, own: DesiredFamily | PrimaryFamily | null): Learned | null {
  const isSaid = (said.addresses ?? []).length > 0 && said.gateway !== null;
  if (own === null || isSaid || !said.dhcp) return null;
  const address = 'address' in own ? own.address : own.addresses[0];
  if (address === undefined || address === null) return null;
  const { subnet, gateway } = own;
  return { address, prefixLength: subnet === null ? null : splitPrefix(subnet).length, gateway };
}
