import { type Address, families, hostPrefix, type Prefix } from '../model/address.ts';
import type { Mac } from '../model/mac.ts';
import type { State } from '../model/state.ts';

/**
 * What 0.1.0 had set on the secondaries, whose state.json does not say it: the addresses and delegated prefixes of the metadata
 * that it believed last, and the addresses of leases.
 */
export function ownBefore({
  believed,
  learned,
}: Pick<State, 'believed' | 'learned'>): Pick<State, 'addresses' | 'sources'> {
  const addresses = new Map<Mac, readonly Address[]>();
  const sources = new Map<Mac, readonly Prefix[]>();
  for (const nic of believed?.interfaces ?? []) {
    if (nic.mac === believed?.primaryMac) continue;
    const leased = families.flatMap((family) => learned.get(nic.mac)?.[family]?.address ?? []);
    const listed = families.flatMap((family) => nic[family].addresses ?? []);
    const own = [...new Set([...listed, ...leased])];
    addresses.set(nic.mac, own);
    sources.set(nic.mac, [
      ...own.map(hostPrefix),
      ...families.flatMap((family) => nic[family].prefixes ?? []),
    ]);
  }
  return { addresses, sources };
}
