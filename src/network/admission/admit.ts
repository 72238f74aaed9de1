import { type Address, families } from '../../model/address.ts';
import type { DesiredFamily, DesiredPrimary, LeftOut, Refusal, SetAside } from '../../model/desired.ts';
import type { InstanceNetwork, InstanceRoute } from '../../model/instance.ts';
import type { KernelState } from '../../model/kernel.ts';
import type { Mac } from '../../model/mac.ts';
import type { State } from '../../model/state.ts';
import { addressRules, firstAddress, keptByPrimary } from './address.ts';
import { type Candidate, firstObjection, type Ground, type NicRule, type ValueRule } from './candidate.ts';
import { gateway } from './gateway.ts';
import { keeperOf } from './keeper.ts';
import { prefixRules } from './prefix.ts';
import { routeRules } from './route.ts';
import { stayNote, staysOnPrimary, subnet } from './subnet.ts';

/** What secondaries are judged by. */
export interface AdmissionInput {
  readonly instance: InstanceNetwork;
  readonly kernel: KernelState;
  readonly state: Pick<State, 'primaryAddresses'>;
  readonly primary: DesiredPrimary;
  readonly candidates: readonly Candidate[];
  /** NICs that get nothing already, and why. */
  readonly setAside: readonly SetAside[];
  readonly slots: ReadonlyMap<Mac, number>;
  readonly base: number;
  readonly metadataHosts: readonly Address[];
}

/** A candidate that may be configured, with the values of it that were left out. */
export type Admitted = Candidate & { readonly refused: readonly LeftOut[] };

export interface Admission {
  /** Without the addresses that another NIC keeps. */
  readonly primary: DesiredPrimary;
  readonly admitted: readonly Admitted[];
  readonly refused: readonly SetAside[];
  /** Sentences for the report: what works, and otherwise than usual. */
  readonly notes: readonly string[];
}

/**
 * The one place through which every secondary passes that becomes a network, wherever it was listed: nothing that it is given may
 * take anything from the primary, the metadata service, the DNS servers or another NIC. A NIC whose first
 * address, subnet or gateway is refused is not configured and stays as it is; of further addresses, delegated prefixes
 * and routes the one that is refused is left out. Pure.
 */
export function admit(input: AdmissionInput): Admission {
  const ground = groundOf(input);
  const admitted: Admitted[] = [];
  const refused: SetAside[] = [];
  const notes: string[] = [];
  for (const nic of ground.candidates) {
    const refusal = refusalOf(nic, ground);
    if (refusal !== null) {
      refused.push({ name: nic.name, mac: nic.mac, id: nic.id, role: 'secondary', ...refusal });
      continue;
    }
    const left: LeftOut[] = [];
    const inFamily = (own: DesiredFamily | null): DesiredFamily | null => {
      if (own === null) return null;
      const values = withoutRefused(own, nic, ground, left);
      const family = own === nic.ipv6 ? 'ipv6' : 'ipv4';
      const host = staysOnPrimary(own, family, ground);
      if (host !== null) notes.push(stayNote(nic, own, host));
      return host === null ? values : { ...values, sharedWithPrimary: true };
    };
    admitted.push({ ...nic, ipv4: inFamily(nic.ipv4), ipv6: inFamily(nic.ipv6), refused: left });
  }
  return { primary: ground.primary, admitted, refused, notes };
}

const nicRules: readonly NicRule[] = [subnet, firstAddress, gateway];

function refusalOf(nic: Candidate, ground: Ground): Refusal | null {
  for (const family of families) {
    for (const rule of nicRules) {
      const refusal = rule(nic, family, ground);
      if (refusal !== null) return refusal;
    }
  }
  return null;
}

/** The family without what is refused of it; each refusal is added to `left`. */
function withoutRefused(own: DesiredFamily, nic: Candidate, ground: Ground, left: LeftOut[]): DesiredFamily {
  const keep = <T extends string | InstanceRoute>(
    values: readonly T[],
    rules: readonly ValueRule<T>[],
    reason: Refusal['reason'],
  ) =>
    values.filter((value) => {
      const detail = firstObjection(rules, value, nic, ground);
      if (detail !== null) left.push({ reason, value: nameOfValue(value), detail });
      return detail === null;
    });
  return {
    ...own,
    further: keep(own.further, addressRules, 'address-refused'),
    prefixes: keep(own.prefixes, prefixRules, 'prefix-refused'),
    routes: keep(own.routes, routeRules, 'route-refused'),
  };
}

function nameOfValue(value: string | InstanceRoute): string {
  return typeof value === 'string' ? value : value.destination;
}

/** Reasons of NICs that carry nothing, or whose addresses may be on the way to another NIC. */
const passing: ReadonlySet<SetAside['reason']> = new Set<SetAside['reason']>([
  'not-in-metadata',
  'not-in-kernel',
]);

function groundOf(input: AdmissionInput): Ground {
  const { instance, kernel, state, primary, candidates, setAside, slots, base, metadataHosts } = input;
  const judged = new Set<Mac>([primary.mac, ...candidates.map(({ mac }) => mac)]);
  const remaining = setAside.filter(({ reason }) => !passing.has(reason)).map(({ name }) => name);
  // A second description of one VLAN is no other NIC.
  for (const { mac, reason } of setAside) if (reason === 'vlan-taken') judged.add(mac);
  const elsewhere = instance.interfaces.filter(({ mac }) => !judged.has(mac));
  const claims = {
    primary,
    candidates,
    others: kernel.links.filter(({ name }) => remaining.includes(name)),
    listedElsewhere: new Set(
      elsewhere.flatMap(({ ipv4, ipv6 }) => [...(ipv4.addresses ?? []), ...(ipv6.addresses ?? [])]),
    ),
    kernel,
    onPrimary: state.primaryAddresses,
  };
  const keeper = keeperOf(claims);
  const rules = new Set(kernel.rules.map(({ from, table }) => `${from} ${table}`));
  return {
    primary: keptByPrimary({ primary, keeper }),
    candidates,
    kernel,
    metadataHosts,
    dns: instance.dns,
    keeper,
    prefixes: instance.interfaces.flatMap(({ mac, ipv4, ipv6 }) =>
      [...(ipv4.prefixes ?? []), ...(ipv6.prefixes ?? [])].map((prefix) => ({ mac, prefix })),
    ),
    hasRule: (prefix, mac) => rules.has(`${prefix} ${base + (slots.get(mac) ?? 0)}`),
  };
}
