import { type Address, type Family, families, familyOf } from '../model/address.ts';
import type { Claim } from '../model/claim.ts';
import type { Config } from '../model/config.ts';
import type {
  ConnectedPlace,
  DesiredFamily,
  DesiredInterface,
  DesiredNetwork,
  DesiredPrimary,
  Method,
  Refusal,
  SetAside,
} from '../model/desired.ts';
import type { InstanceInterface, InstanceNetwork, InstanceVlan } from '../model/instance.ts';
import type { KernelState, Link } from '../model/kernel.ts';
import type { Learned, LearnedFamilies, Lease } from '../model/lease.ts';
import type { Mac } from '../model/mac.ts';
import { metadataHosts } from '../model/metadata-host.ts';
import { fail, ok, type Result } from '../model/problem.ts';
import type { RuleForms } from '../model/rule-forms.ts';
import type { Stack } from '../model/stack.ts';
import type { State } from '../model/state.ts';
import type { GoneInterface } from '../model/step.ts';
import { admit } from './admission/admit.ts';
import type { Candidate } from './admission/candidate.ts';
import { impossibleField } from './admission/kinds.ts';
import { nameRefusal, shown } from './admission/name.ts';
import { fellBack, primaryFamily, secondaryFamily } from './family.ts';
import { goneInterfaces } from './gone.ts';
import { learn } from './learn.ts';
import { findNic, findPrimary, matches } from './nic.ts';
import { onlyWayOut } from './only-way-out.ts';
import { overlappingRoutes } from './overlaps.ts';
import { withConfiguredVlans } from './overlay.ts';
import { type Addressed, withMetricDefault, withoutPolicy, withPolicy } from './policy.ts';
import { remembered } from './remember.ts';
import { foreignSlots, freeSlot, type Present, recoverSlots, reusableSlot } from './slots.ts';
import { sysctlsFor } from './sysctls.ts';
import { placeVlan } from './vlan.ts';

export interface DesireInput {
  /** Believed metadata (design section 5). */
  readonly instance: InstanceNetwork;
  readonly kernel: KernelState;
  readonly config: Config;
  readonly state: State;
  readonly claims: ReadonlyMap<Mac, Claim>;
  /** MACs of links whose removal this process saw. */
  readonly removed: ReadonlySet<Mac>;
  /** What DHCP clients wrote down, by NIC. */
  readonly leases: ReadonlyMap<Mac, readonly Lease[]>;
  /** Enough reads in a row named the primary (`Knowledge.primaryAgreed`). */
  readonly primaryAgreed: boolean;
  readonly stack: Stack;
  /** Where the format in use can keep a connected route. */
  readonly connected: (method: Method, family: Family) => ConnectedPlace;
  /** Which rules the format in use can keep. */
  readonly ruleForms: RuleForms;
}

export interface Wanted {
  readonly network: DesiredNetwork;
  /** To be kept in state.json before anything is written: a slot is for life. */
  readonly slots: ReadonlyMap<Mac, number>;
  /** To be kept as well: what only leases told, for when there is none. */
  readonly learned: ReadonlyMap<Mac, LearnedFamilies>;
  readonly gone: readonly GoneInterface[];
  /** Sentences for the report: what could not be had as configured. */
  readonly notes: readonly string[];
  /** Sentences: routes of main that meet a secondary's subnet and are not followed as before. No failure. */
  readonly overlaps: readonly string[];
}

/**
 * Decides what this machine's network should be. Pure. Errors: `no-primary` (the kernel has no link with its MAC, or one whose name
 * cannot be written into a file), `metadata-malformed` (a field of the primary is impossible).
 */
export function desire(input: DesireInput): Result<Wanted> {
  const { kernel, config, state } = input;
  const overlaid = withConfiguredVlans(input.instance, kernel.links, state.names, config);
  const { instance } = overlaid;
  const known = knownPrimary(instance, input);
  if (!known.ok) return known;
  const slots = recoverSlots(state.slots, instance, kernel, config.tableBase);
  const foreign = foreignSlots(kernel, config.tableBase, slots, state.names);
  const setAside: SetAside[] = [...unlistedNics(instance, kernel.links, config), ...overlaid.orphans];
  const candidates: Candidate[] = [];
  for (const nic of instance.interfaces) {
    if (nic.mac === instance.primaryMac) continue;
    const settled = settle(nic, input, known.value, slots, foreign);
    if ('reason' in settled) setAside.push(settled);
    else if (candidates.some((other) => other.name === settled.name)) setAside.push(secondOf(settled));
    else candidates.push(settled);
  }
  const admission = admit({
    ...{ instance, kernel, state, primary: known.value, candidates, setAside, slots },
    base: config.tableBase,
    metadataHosts: metadataHosts(config.metadata.endpoint),
  });
  const { primary } = admission;
  setAside.push(...admission.refused);
  const addressed: Addressed[] = [];
  const configured = new Set(config.interfaces.vlans.map(({ mac }) => mac));
  const present = { links: kernel.links, instance, configured };
  for (const nic of admission.admitted) {
    const slot = slots.get(nic.mac) ?? freeSlot(new Set(slots.values()), foreign);
    const reused = slot ?? giveUpLongest(slots, input, present);
    if (reused === undefined) setAside.push(asideOf(nic, 'no-slot', 'slots 1 to 995 are all taken'));
    else addressed.push(inSlot(nic, reused, slots, config.tableBase));
  }
  addressed.sort((one, other) => one.slot - other.slot);
  const secondaries = withOnlink(route(addressed, primary, config, input.ruleForms), input.stack);
  const sysctls = config.sysctl === 'no' ? [] : sysctlsFor(primary, addressed);
  const network: DesiredNetwork = { primary, secondaries, setAside, sysctls };
  const { waiting } = overlaid;
  const gone = goneInterfaces({ ...input, instance, waiting, slots, network, base: config.tableBase });
  const fallen = addressed
    .filter((nic) => fellBack(nic.ipv4, config))
    .map((nic) => `${nic.name}: no address and subnet in metadata for static addressing, so DHCP is used`);
  const learned = remembered(instance, network, state, gone, slots);
  const notes = [...fallen, ...admission.notes, ...unusedAddresses(instance, config)];
  const overlaps = overlappingRoutes(kernel, network, input.ruleForms);
  return ok({ network, slots, learned, gone, notes, overlaps });
}

/** The primary as metadata and kernel tell it. Errors: as {@link desire}. */
function knownPrimary(instance: InstanceNetwork, input: DesireInput): Result<DesiredPrimary> {
  const primary = desirePrimary(instance, input);
  if (primary === null) {
    return fail(
      'no-primary',
      instance.primaryMac,
      'no link has the MAC of the primary',
      'nothing is changed; see `ip link`',
    );
  }
  const name = nameRefusal(primary.name);
  if (name !== null) return fail('no-primary', primary.mac, name.detail, 'give the link another name');
  const nic = instance.interfaces.find((entry) => entry.mac === instance.primaryMac);
  for (const family of families) {
    const fault = nic === undefined ? null : impossibleField(nic[family], family);
    if (fault !== null) return fail('metadata-malformed', `primary ${primary.mac} ${family}`, fault);
  }
  return ok(primary);
}

/** Takes the slot of the MAC that is detached the longest. Undefined: none is to be had. */
function giveUpLongest(
  slots: Map<Mac, number>,
  { kernel, config, state }: DesireInput,
  present: Present,
): number | undefined {
  const longest = reusableSlot(slots, state, kernel, present, config.tableBase);
  if (longest !== undefined) slots.delete(longest.mac);
  return longest?.slot;
}

function inSlot(
  nic: Omit<Addressed, 'slot' | 'table'>,
  slot: number,
  slots: Map<Mac, number>,
  base: number,
): Addressed {
  slots.set(nic.mac, slot);
  return { ...nic, slot, table: base + slot };
}

function desirePrimary(
  instance: InstanceNetwork,
  { kernel, config, state }: DesireInput,
): DesiredPrimary | null {
  const link = findPrimary(instance.primaryMac, kernel);
  const nic = instance.interfaces.find((entry) => entry.mac === instance.primaryMac);
  if (link === undefined || nic === undefined) return null;
  return {
    name: link.name,
    mac: nic.mac,
    id: nic.id,
    ipv4: primaryFamily('ipv4', nic.ipv4, link.name, kernel, state.learned.get(nic.mac)),
    ipv6: primaryFamily('ipv6', nic.ipv6, link.name, kernel, state.learned.get(nic.mac)),
    ...(config.interfaces.managePrimary ? { further: furtherAddresses(nic, config) } : {}),
  };
}

/** What its own configuration does not know: all that metadata lists beyond the first of each family, and the configured. */
function furtherAddresses(nic: InstanceInterface, config: Config): readonly Address[] {
  const listed = families.flatMap((family) => (nic[family].addresses ?? []).slice(1));
  const configured = (config.interfaces.addresses.get(nic.mac) ?? []).map((entry) => entry.address);
  const first = new Set(families.map((family) => nic[family].addresses?.[0]));
  return [...new Set([...listed, ...configured])].filter((address) => !first.has(address));
}

/** Addresses of the configuration that nobody gets: a sentence for each MAC. */
function unusedAddresses(instance: InstanceNetwork, { interfaces }: Config): readonly string[] {
  const listed = new Set(instance.interfaces.map((nic) => nic.mac));
  return [...interfaces.addresses.keys()].flatMap((mac) => {
    if (!listed.has(mac)) return [`interfaces.addresses: the metadata lists no NIC with MAC ${mac}`];
    if (mac !== instance.primaryMac || interfaces.managePrimary) return [];
    return [`interfaces.addresses: ${mac} is the primary, which needs interfaces.manage_primary`];
  });
}

/** One NIC of the metadata: what it is given, or set aside. */
function settle(
  nic: InstanceInterface,
  input: DesireInput,
  primary: DesiredPrimary,
  slots: ReadonlyMap<Mac, number>,
  foreign: ReadonlyMap<number, string>,
): Candidate | SetAside {
  const { config } = input;
  const place = placeNic(nic, input);
  if ('reason' in place) return asideOf({ ...nic, name: place.name }, place.reason, place.detail);
  const { name, vlan, mtu } = place;
  const own = { name, mac: nic.mac, id: nic.id };
  const misnamed = name === primary.name ? sameName(name) : nameRefusal(name);
  if (misnamed !== null) return asideOf(own, misnamed.reason, misnamed.detail);
  const onlyWay = onlyWayOut(own, primary, input);
  if (onlyWay !== null) return asideOf(own, 'only-way-out', onlyWay);
  const known = slots.get(nic.mac);
  const conflict = known === undefined ? undefined : foreign.get(known);
  if (conflict !== undefined) return asideOf(own, 'table-conflict', conflict);
  const inFamily = (family: Family): DesiredFamily | null =>
    secondaryFamily(nic, {
      family,
      primary: primary[family],
      config,
      stack: input.stack.id,
      learned: learnedOf(nic.mac, name, family, input),
      connected: placer(input),
    });
  const ipv4 = inFamily('ipv4');
  const ipv6 = inFamily('ipv6');
  if (ipv4 === null && ipv6 === null)
    return asideOf(own, 'no-address', 'the metadata gives no address and no subnet');
  return { ...own, mtu, vlan, ipv4, ipv6 };
}

function asideOf(
  { name, mac, id }: Pick<SetAside, 'name' | 'mac' | 'id'>,
  reason: SetAside['reason'],
  detail: string,
): SetAside {
  const role = reason === 'excluded' || reason === 'not-included' ? 'ignored' : 'secondary';
  return { name: name === null ? null : shown(name), mac, id, role, reason, detail };
}

function sameName(name: string): Refusal {
  return { reason: 'name-refused', detail: `"${name}" is the name of the primary` };
}

function learnedOf(mac: Mac, device: string, family: Family, input: DesireInput): Learned | null {
  const { kernel, state, leases } = input;
  const own = (leases.get(mac) ?? []).filter((lease) => familyOf(lease.address) === family);
  return learn({ family, device, kernel, leases: own, remembered: state.learned.get(mac) });
}

/** Without policy routing nothing may move to a table that no rule leads to. */
function placer(input: DesireInput): DesireInput['connected'] {
  return input.config.policyRouting ? input.connected : () => 'main';
}

function route(
  addressed: readonly Addressed[],
  primary: DesiredPrimary,
  config: Config,
  forms: RuleForms,
): readonly DesiredInterface[] {
  const routed = config.policyRouting
    ? withPolicy(addressed, primary, config.tableBase, forms)
    : withoutPolicy(addressed);
  return config.defaultRoute === 'metric' ? routed.map(withMetricDefault) : routed;
}

/**
 * Scripts set a lease as /32 too, and kernels before 4.4 (3bfd847203c6) look for a gateway in main alone: EL6, EL7, Debian 8.
 * The gateway of a secondary is on its link.
 */
function withOnlink(nics: readonly DesiredInterface[], { format }: Stack): readonly DesiredInterface[] {
  if (format !== 'ifcfg' && format !== 'interfaces') return nics;
  return nics.map((nic) => ({
    ...nic,
    routes: nic.routes.map((entry) =>
      entry.family === 'ipv4' && entry.via !== null ? { ...entry, onlink: true } : entry,
    ),
  }));
}

/** Where a NIC of the metadata stands, or why it is left alone. */
type Place = Pick<DesiredInterface, 'name' | 'vlan' | 'mtu'> | Pick<SetAside, 'name' | 'reason' | 'detail'>;

function placeNic(nic: InstanceInterface, input: DesireInput): Place {
  if (nic.vlan !== null) return placeSubInterface({ ...nic, vlan: nic.vlan }, input);
  const { link, ...finding } = findNic(nic, input.kernel.links, input.claims, input.config);
  if (finding.reason !== null) return { ...finding, name: link?.name ?? null };
  return { name: link?.name ?? '', vlan: null, mtu: nic.mtu };
}

/** A VLAN that is there already is looked at like any NIC; no VLAN takes larger packets than its parent. */
function placeSubInterface(
  nic: InstanceInterface & { readonly vlan: InstanceVlan },
  { instance, kernel, claims, config, state }: DesireInput,
): Place {
  const { parentMac } = nic.vlan;
  const lower = instance.interfaces.find(({ mac }) => mac === parentMac);
  // A bond that the metadata describes has its first member's MAC: only the bond will do.
  const links = kernel.links.filter(
    ({ mac, kind }) => lower?.bond === undefined || mac !== parentMac || kind === 'bond',
  );
  const place = placeVlan(nic, links, state.names);
  if ('reason' in place) return place;
  const { name, parent } = place;
  const excludedBy = config.interfaces.exclude.find((pattern) =>
    matches(pattern, { name, mac: nic.mac }, nic.id),
  );
  if (excludedBy !== undefined)
    return { name, reason: 'excluded', detail: `interfaces.exclude: ${excludedBy}` };
  const finding = place.link === null ? null : findNic(nic, [place.link], claims, config);
  if (finding !== null && finding.reason !== null) return { ...finding, name };
  const wide = lower?.mtu ?? parent.mtu;
  const vlan = { parent: parent.name, parentMac, id: nic.vlan.id };
  return { name, vlan, mtu: nic.mtu === null ? null : Math.min(nic.mtu, wide) };
}

/** Two VLANs with one id on one parent are one link; saved metadata may call two NICs by one name. */
function secondOf(nic: Candidate): SetAside {
  const detail = `another NIC of the configuration or the metadata is ${nic.name} too`;
  return asideOf(nic, nic.vlan === null ? 'name-refused' : 'vlan-taken', detail);
}

/**
 * NICs the kernel has and the metadata does not: hot-plugged a moment ago, or about to be detached. What the metadata
 * lists as a member of a bond waits for that.
 */
function unlistedNics(instance: InstanceNetwork, links: readonly Link[], config: Config): SetAside[] {
  const listed = new Set(instance.interfaces.flatMap((nic) => [nic.mac, ...(nic.bond?.members ?? [])]));
  const isNic = (link: Link): boolean =>
    link.hasDevice || config.interfaces.include.some((pattern) => matches(pattern, link, null));
  return links.flatMap((link) => {
    const { mac, name } = link;
    if (mac === null || listed.has(mac) || link.type !== 'ether' || link.master !== null || !isNic(link))
      return [];
    const detail = 'a NIC that the metadata does not list';
    return [{ name, mac, id: null, role: 'secondary', reason: 'not-in-metadata', detail }];
  });
}
