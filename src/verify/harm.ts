import { devicesOf, isMainDefault } from '../kernel/default-routes.ts';
import { replayAddress, replayRoute, replayRule } from '../kernel/replay.ts';
import { addressBits, type Family, families } from '../model/address.ts';
import type { DesiredNetwork } from '../model/desired.ts';
import type { IpCommand } from '../model/difference.ts';
import type { KernelAddress, KernelRoute, KernelState, Link } from '../model/kernel.ts';
import { isStray, primaryDefault } from './defaults.ts';
import { lostRoutes, lostRules, type Ours } from './foreign.ts';

/** Something that a change took from the machine and that was not ours to take (design section 7). */
export interface Harm {
  readonly kind: 'primary-link' | 'primary-address' | 'default-route' | 'foreign-route' | 'foreign-rule';
  /** For people. */
  readonly text: string;
  /** What puts it back; empty where `ip` cannot. */
  readonly putBack: readonly IpCommand[];
}

/**
 * Compares the kernel before a change with the kernel after it: an address that the metadata or its lease gave the
 * primary lost or changed, the default route lost or changed, a foreign route or rule gone while its device is still
 * up. Order of the commands to put back:
 * addresses, routes, rules. Pure.
 */
export function harm(
  before: KernelState,
  after: KernelState,
  network: DesiredNetwork,
  ours: Ours,
): readonly Harm[] {
  return [
    ...primaryHarm(before, after, network, ours),
    ...families.flatMap((family) => defaultHarm(family, before, after, network, ours)),
    ...lostRoutes(before, after, network, ours)
      .filter((route) => !isMainDefault(route) || !isBest(route, before))
      .map((route): Harm => {
        const text = `route ${route.spec} of somebody else is gone`;
        return { kind: 'foreign-route', text, putBack: [replayRoute(route)] };
      }),
    ...lostRules(before, after, ours).map((rule): Harm => {
      const text = `rule ${rule.spec} of somebody else is gone`;
      return { kind: 'foreign-rule', text, putBack: [replayRule(rule)] };
    }),
  ];
}

function primaryHarm(
  before: KernelState,
  after: KernelState,
  network: DesiredNetwork,
  { onPrimary = [], gone }: Ours,
): readonly Harm[] {
  const { mac, name } = network.primary;
  const listed = families.flatMap((family) => network.primary[family]?.addresses ?? []);
  const former = linkWith(mac, name, before);
  const now = linkWith(mac, name, after);
  if (former === undefined) return [];
  if (now === undefined)
    return [{ kind: 'primary-link', text: `the primary ${former.name} is gone`, putBack: [] }];
  // What enid made a host prefix, when it took the primary for a secondary, gets the length of its subnet back.
  const isHostOfOurs = ({ family, prefixLength }: KernelAddress): boolean =>
    prefixLength === addressBits[family] && gone.some((nic) => nic.mac === mac);
  const isHeld = (entry: KernelAddress): boolean =>
    after.addresses.some(
      (other) =>
        other.link === now.name &&
        other.address === entry.address &&
        (other.prefixLength === entry.prefixLength || isHostOfOurs(entry)),
    );
  const down: readonly Harm[] = !former.up || now.up ? [] : [linkDown(now.name)];
  const lost = before.addresses
    .filter(
      (entry) =>
        entry.link === former.name &&
        isLasting(entry) &&
        (listed.includes(entry.address) || entry.flags.includes('dynamic')) && // a virtual address may move away
        !isHeld(entry) &&
        !onPrimary.includes(entry.address),
    )
    .map((entry): Harm => {
      const text = `the primary's address ${entry.address}/${entry.prefixLength} is gone`;
      return { kind: 'primary-address', text, putBack: [replayAddress({ ...entry, link: now.name })] };
    });
  return [...down, ...lost];
}

function linkDown(name: string): Harm {
  const putBack = [{ family: 'link' as const, line: `link set dev ${name} up` }];
  return { kind: 'primary-link', text: `the primary ${name} is down`, putBack };
}

/** Addresses that come and go by themselves are no loss. */
function isLasting(entry: KernelAddress): boolean {
  const passing = ['temporary', 'deprecated', 'tentative', 'dadfailed'];
  return entry.scope === 'global' && !entry.flags.some((flag) => passing.includes(flag));
}

/**
 * The default that counts is the one with the lowest metric. One that a secondary had is no loss, unless none is left:
 * then the primary's is put back where its gateway is known. A stray one is none in any case.
 */
function defaultHarm(
  family: Family,
  before: KernelState,
  after: KernelState,
  network: DesiredNetwork,
  ours: Ours,
): readonly Harm[] {
  const former = bestDefault(family, before);
  const now = bestDefault(family, after);
  const managed = [...network.secondaries, ...ours.gone].map((nic) => nic.name);
  if (former === undefined) return [];
  const ways = devicesOf(former);
  const wasTaken = ways.length > 0 && ways.every((device) => managed.includes(device));
  const isLeft = now !== undefined || isStray(former, network.primary);
  if (wasTaken && isLeft) return [];
  if (now !== undefined && isSameWay(former, now)) return [];
  const instead = now === undefined ? 'is gone' : `is now ${now.spec}`;
  const text = `the default route ${former.spec} ${instead}`;
  const primarys = wasTaken ? primaryDefault(family, after, network.primary) : null;
  return [{ kind: 'default-route', text, putBack: [primarys ?? replayRoute(former)] }];
}

/** Routers announce themselves: with IPv6 the router may change while the way by the NIC stays. */
function isSameWay(one: KernelRoute, other: KernelRoute): boolean {
  const announced = one.family === 'ipv6' && ['ra', 'kernel'].includes(other.protocol ?? '');
  if (one.device === null) return one.spec === other.spec;
  return one.device === other.device && (announced || one.via === other.via);
}

function bestDefault(family: Family, kernel: KernelState): KernelRoute | undefined {
  const all = kernel.routes.filter((route) => route.family === family && isMainDefault(route));
  return all.sort((one, other) => one.metric - other.metric)[0];
}

function isBest(route: KernelRoute, kernel: KernelState): boolean {
  return bestDefault(route.family, kernel) === route;
}

/** The primary's link: by MAC, and by name where a bond's members share the MAC. */
function linkWith(mac: string, name: string, kernel: KernelState): Link | undefined {
  const all = kernel.links.filter((link) => link.mac === mac && link.kind !== 'vlan');
  return all.find((link) => link.name === name) ?? all[0];
}
