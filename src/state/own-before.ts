import { type Address, families, hostPrefix, type Prefix, prefixOf } from '../model/address.ts';
import { commonRoute } from '../model/common-route.ts';
import type { InstanceInterface } from '../model/instance.ts';
import { defaultDestination } from '../model/kernel.ts';
import type { Mac } from '../model/mac.ts';
import type { State } from '../model/state.ts';

/** What a state.json of 0.1.0 says. */
type Former = Pick<State, 'believed' | 'learned' | 'slots' | 'names' | 'tableBase' | 'commons'>;

/** `table_base` where state.json does not say it. */
const usualBase = 21_000;

/**
 * What 0.1.0 had set on the secondaries, whose state.json does not say it: the addresses and delegated prefixes of the metadata
 * that it believed last, the addresses of leases, and the routes of the NICs' tables.
 */
export function ownBefore(state: Former): Pick<State, 'addresses' | 'sources' | 'commons'> {
  const { believed, learned } = state;
  const addresses = new Map<Mac, readonly Address[]>();
  const sources = new Map<Mac, readonly Prefix[]>();
  const commons = new Set(state.commons);
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
    for (const text of routesOf(nic, state)) commons.add(text);
  }
  return { addresses, sources, commons: [...commons] };
}

/** The subnet and the default of its table. */
function routesOf(nic: InstanceInterface, { learned, slots, names, tableBase }: Former): readonly string[] {
  const [slot, device] = [slots.get(nic.mac), names.get(nic.mac)];
  if (slot === undefined || device === undefined) return [];
  const table = (tableBase ?? usualBase) + slot;
  return families.flatMap((family) => {
    const said = nic[family];
    const lease = learned.get(nic.mac)?.[family] ?? null;
    const first = said.addresses?.[0] ?? lease?.address ?? null;
    const length = said.prefixLength ?? lease?.prefixLength ?? null;
    const subnet = said.subnet ?? (first === null || length === null ? null : prefixOf(first, length));
    const gateway = said.gateway ?? lease?.gateway ?? null;
    const common = { family, device, table };
    return [
      ...(subnet === null ? [] : [commonRoute({ ...common, destination: subnet, via: null })]),
      ...(gateway === null
        ? []
        : [commonRoute({ ...common, destination: defaultDestination[family], via: gateway })]),
    ];
  });
}
