import type { Family } from '../model/address.ts';
import type { InstanceFamily, InstanceInterface, InstanceNetwork } from '../model/instance.ts';
import type { State } from '../model/state.ts';
import { type Absences, type BeliefSettings, watchAbsences } from './absence.ts';
import { instanceJson } from './instance-text.ts';

/** What was believed, and what is on its way out; both kept in state.json. */
export type Former = Pick<State, 'believed' | 'missing'>;

export interface Belief {
  readonly believed: InstanceNetwork;
  readonly missing: State['missing'];
  /** `believed` says something else than before. */
  readonly changed: boolean;
  /** What is no longer listed and still believed, for people: `address 10.0.0.21 of 00:16:3e:12:16:02`. */
  readonly awaiting: readonly string[];
}

/**
 * What to believe after one whole read (design section 5). Additions and changes hold at once. A NIC, an address or a
 * prefix that is no longer listed stays until `agreeingReads` reads, at least 0.8 polls apart, agreed in a row; an
 * address or prefix that is now listed for another NIC has moved and leaves the old one at once. What the read does
 * not say (null, or no DNS servers) stays as it was; routes are told with the subnet. Another primary or cloud: nothing is kept. A read as of boot is
 * older than what was believed by a later one: it adds the NICs that are not known, and nothing more.
 * `now`: ISO 8601. Pure; the order of NICs and further addresses stays as it was, so that a service that lists them in
 * another order changes nothing.
 */
export function believe(
  former: Former,
  read: InstanceNetwork,
  now: string,
  settings: BeliefSettings,
): Belief {
  const { believed } = former;
  if (believed === null || isAnotherMachine(believed, read)) {
    return { believed: read, missing: new Map(), changed: true, awaiting: [] };
  }
  const absences = watchAbsences(former.missing, now, settings);
  const isOlder = read.asOf !== undefined && believed.asOf === undefined;
  if (isOlder) return { ...former, ...withUnknownNics(believed, read), awaiting: [] };
  const merged = merge(believed, read, absences);
  return {
    believed: merged,
    missing: absences.pending(),
    changed: textOf(merged) !== textOf(believed),
    awaiting: absences.awaited(),
  };
}

/** The MAC of the primary tells machines apart. One read with another instance id is no reason to forget a NIC. */
function isAnotherMachine(believed: InstanceNetwork, read: InstanceNetwork): boolean {
  return believed.primaryMac !== read.primaryMac || believed.cloud !== read.cloud;
}

function withUnknownNics(
  believed: InstanceNetwork,
  read: InstanceNetwork,
): Pick<Belief, 'believed' | 'changed'> {
  const known = new Set(believed.interfaces.map((nic) => nic.mac));
  const added = read.interfaces.filter((nic) => !known.has(nic.mac));
  return {
    believed: { ...believed, interfaces: [...believed.interfaces, ...added] },
    changed: added.length > 0,
  };
}

function merge(believed: InstanceNetwork, read: InstanceNetwork, absences: Absences): InstanceNetwork {
  const listed = new Map(read.interfaces.map((nic) => [nic.mac, nic]));
  const known = new Set(believed.interfaces.map((nic) => nic.mac));
  const kept = believed.interfaces.flatMap((before) => {
    const after = listed.get(before.mac);
    if (after !== undefined) return [mergeNic(before, after, read, absences)];
    return absences.isConfirmed(`interface ${before.mac}`) ? [] : [withoutMoved(before, read)];
  });
  const added = read.interfaces.filter((nic) => !known.has(nic.mac));
  return {
    ...read,
    instanceId: read.instanceId ?? believed.instanceId,
    dns: read.dns.length === 0 ? believed.dns : read.dns,
    interfaces: [...kept, ...added],
  };
}

function mergeNic(
  before: InstanceInterface,
  after: InstanceInterface,
  read: InstanceNetwork,
  absences: Absences,
): InstanceInterface {
  const family = (name: Family): InstanceFamily => mergeFamily(before, after, name, read, absences);
  return {
    ...after,
    name: after.name ?? before.name,
    id: after.id ?? before.id,
    mtu: after.mtu ?? before.mtu,
    vlan: after.vlan ?? before.vlan,
    ipv4: family('ipv4'),
    ipv6: family('ipv6'),
  };
}

function mergeFamily(
  nicBefore: InstanceInterface,
  nicAfter: InstanceInterface,
  family: Family,
  read: InstanceNetwork,
  absences: Absences,
): InstanceFamily {
  const [before, after] = [nicBefore[family], nicAfter[family]];
  const mac = nicAfter.mac;
  const addresses = mergeList(before.addresses, after.addresses, absences, {
    name: (address) => `address ${address} of ${mac}`,
    hasMoved: (address) => hasMoved(address, nicAfter, read, (nic) => nic[family].addresses),
  });
  const prefixes = mergeList(before.prefixes, after.prefixes, absences, {
    name: (prefix) => `prefix ${prefix} of ${mac}`,
    hasMoved: (prefix) => hasMoved(prefix, nicAfter, read, (nic) => nic[family].prefixes),
  });
  // How addresses are served is told together with them: where none are listed, it is not told.
  const isDhcpTold = (after.addresses ?? []).length > 0 || (addresses ?? []).length === 0;
  return {
    dhcp: isDhcpTold ? after.dhcp : before.dhcp,
    addresses: withFirst(addresses, after.addresses),
    prefixLength: after.prefixLength ?? before.prefixLength,
    subnet: after.subnet ?? before.subnet,
    gateway: after.gateway ?? before.gateway,
    prefixes,
    // Told together with the subnet they are reached in.
    ...routesOf(after.subnet === null ? before : after),
  };
}

function routesOf({ routes }: InstanceFamily): Pick<InstanceFamily, 'routes'> {
  return routes === undefined ? {} : { routes };
}

interface Item<T> {
  /** What its absence is counted under. */
  name(value: T): string;
  /** It is listed for another NIC now. */
  hasMoved(value: T): boolean;
}

/** The former order, without what has left, then what is new. An unknown list leaves the counts as they were. */
function mergeList<T>(
  before: readonly T[] | null,
  after: readonly T[] | null,
  absences: Absences,
  item: Item<T>,
): readonly T[] | null {
  if (before === null) return after;
  if (after === null) {
    for (const value of before) absences.keep(item.name(value));
    return before.filter((value) => !item.hasMoved(value));
  }
  const kept = before.filter(
    (value) => after.includes(value) || !(item.hasMoved(value) || absences.isConfirmed(item.name(value))),
  );
  return [...kept, ...after.filter((value) => !kept.includes(value))];
}

/** The primary private address of the read comes first. */
function withFirst<T>(merged: readonly T[] | null, after: readonly T[] | null): readonly T[] | null {
  const first = after?.[0];
  return merged === null || first === undefined
    ? merged
    : [first, ...merged.filter((value) => value !== first)];
}

function hasMoved<T>(
  value: T,
  from: InstanceInterface,
  read: InstanceNetwork,
  listOf: (nic: InstanceInterface) => readonly T[] | null,
): boolean {
  return read.interfaces.some((nic) => nic.mac !== from.mac && (listOf(nic)?.includes(value) ?? false));
}

/** A NIC that is not listed (for now) does not hold on to what the others have. */
function withoutMoved(nic: InstanceInterface, read: InstanceNetwork): InstanceInterface {
  const strip = (family: Family): InstanceFamily => ({
    ...nic[family],
    addresses:
      nic[family].addresses?.filter((one) => !hasMoved(one, nic, read, (other) => other[family].addresses)) ??
      null,
    prefixes:
      nic[family].prefixes?.filter((one) => !hasMoved(one, nic, read, (other) => other[family].prefixes)) ??
      null,
  });
  const [ipv4, ipv6] = [strip('ipv4'), strip('ipv6')];
  return { ...nic, ipv4, ipv6 };
}

function textOf(instance: InstanceNetwork): string {
  return JSON.stringify(instanceJson(instance));
}
