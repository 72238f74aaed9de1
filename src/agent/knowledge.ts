import { type BeliefSettings, watchAbsences } from '../metadata/absence.ts';
import { believe } from '../metadata/believe.ts';
import type { Machine } from '../metadata/carried.ts';
import { contradiction, formerPrimary, onlyHolders } from '../metadata/contradiction.ts';
import { agreeingReads } from '../metadata/fetch.ts';
import { confirmsPrimary } from '../metadata/fits.ts';
import { families } from '../model/address.ts';
import type { Config } from '../model/config.ts';
import type { InstanceInterface, InstanceNetwork } from '../model/instance.ts';
import type { KernelState } from '../model/kernel.ts';
import type { Mac } from '../model/mac.ts';
import { fail, ok, type Problem, type Result } from '../model/problem.ts';
import type { State } from '../model/state.ts';
import { findPrimary } from '../network/nic.ts';
import { detachedSince } from '../network/slots.ts';
import type { Clock } from '../ports/clock.ts';
import type { Asked } from './ask-metadata.ts';

/** Config and state: what must be readable before anything else is asked. */
export interface Ground {
  readonly config: Config;
  readonly state: State;
}

/** The metadata of this run, believed; or, where it cannot be read or believed, what was believed before. */
export interface Knowledge {
  readonly state: State;
  readonly instance: InstanceNetwork;
  /** Why `instance` is what was believed before; null: it is what was read now. */
  readonly stale: Problem | null;
  /** What waits for a second read that agrees. */
  readonly awaiting: readonly string[];
  /** Enough reads in a row named this primary, so that a NIC that enid did not configure may give up the only default. */
  readonly primaryAgreed: boolean;
}

/** What the process that asks remembers. */
export interface Circumstances {
  /** What to do where the read is no knowledge: end with the problem, or go on with what was believed before. */
  readonly unread: 'fail' | 'believe';
  /** Why the last read was no knowledge, for a run that reads nothing; null where it was. */
  readonly lastProblem: Problem | null;
  /** MACs of links whose removal the kernel reported. */
  readonly removed: ReadonlySet<Mac>;
}

export interface Judgement {
  /** Errors: the problem of the read, `metadata-disagrees`, `metadata-unreachable`. */
  readonly knowledge: Result<Knowledge>;
  /** To be kept in state.json although nothing is known: how many reads in a row said so. Null: nothing was counted. */
  readonly counted: State | null;
}

/**
 * What is known from a read of the metadata (design section 5). A run, `plan` and `doctor` all ask this function. A read
 * that contradicts the kernel is no knowledge: then, as where nothing could be read, what was believed before holds, if
 * it fits the kernel.
 */
export function know(
  clock: Pick<Clock, 'now'>,
  ground: Ground,
  kernel: KernelState,
  metadata: Asked,
  circumstances: Circumstances,
): Judgement {
  const read = metadata?.read ?? null;
  const machine = machineOf(ground, kernel);
  const former = (problem: Problem | null, state: State): Judgement => {
    const isOver = problem !== null && circumstances.unread === 'fail';
    const knowledge = isOver
      ? { ok: false as const, problem }
      : formerKnowledge({ ...ground, state }, machine, problem);
    return { knowledge, counted: null };
  };
  if (read === null) {
    const problem = metadata === null ? circumstances.lastProblem : metadata.problem;
    const isDoubted = [...ground.state.missing.keys()].some((thing) => thing.startsWith(formerPrimary));
    return problem !== null && isDoubted
      ? { knowledge: { ok: false, problem }, counted: null }
      : former(problem, ground.state);
  }
  const believed = (): Judgement => {
    const knowledge = ok(believeRead(clock, ground, read, machine, circumstances.removed));
    return { knowledge, counted: null };
  };
  const found = contradiction(read, machine);
  if (found === null) return believed();
  const { problem, until } = found;
  const absent = [...ground.state.missing].filter(([thing]) => !isCounted(thing));
  if (until === null) return former(problem, { ...ground.state, missing: new Map(absent) });
  const count = countReads(clock, ground, [until, ...holdersOf(read, machine)], readsForPrimary);
  if (count.hasAgreed(until)) return believed();
  // What was believed before is in doubt as well, so nothing is done by it either.
  const counted = { ...ground.state, missing: new Map([...absent, ...count.pending]) };
  return { knowledge: { ok: false, problem }, counted };
}

/**
 * What one read of the metadata adds to what was believed before. A NIC whose link the kernel removed needs no second
 * read to be forgotten, nor one that neither the read nor the kernel has: they are two witnesses.
 */
function believeRead(
  clock: Pick<Clock, 'now'>,
  ground: Ground,
  read: InstanceNetwork,
  machine: Machine,
  removed: ReadonlySet<Mac>,
): Knowledge {
  const { config, state } = ground;
  const { believed } = state;
  const here = macsOf([...read.interfaces, ...machine.kernel.links]);
  // A VLAN's link is of our own making: that it is not there says nothing.
  const isHere = (nic: InstanceInterface): boolean => here.has(nic.mac) || nic.vlan !== null;
  const kept = believed?.interfaces.filter((nic) => isHere(nic) && !removed.has(nic.mac)) ?? [];
  const former = { ...state, believed: believed === null ? null : { ...believed, interfaces: kept } };
  const now = clock.now().toISOString();
  const belief = believe(former, read, now, settingsOf(config));
  const configured = new Set(config.interfaces.vlans.map(({ mac }) => mac));
  const present = { links: machine.kernel.links, instance: belief.believed, configured };
  const holders = holdersOf(read, machine);
  const count = countReads(clock, ground, holders);
  const before = state.primary?.mac === read.primaryMac ? state.primary : null;
  const primary = confirmsPrimary(read, machine) ? { mac: read.primaryMac, by: 'kernel' as const } : before;
  return {
    state: {
      ...state,
      primary,
      believed: belief.believed,
      detached: detachedSince(state, present, now),
      missing: new Map([...belief.missing, ...count.pending]),
    },
    instance: belief.believed,
    stale: null,
    awaiting: [...belief.awaiting, ...count.pending.keys()],
    primaryAgreed: holders.every(count.hasAgreed),
  };
}

/**
 * What was believed before, if it is of this machine: its primary's MAC is here, and it does not contradict the kernel.
 * `why` is told as the reason that it is old; null where it is a moment old and good enough.
 */
function formerKnowledge({ state }: Ground, machine: Machine, why: Problem | null): Result<Knowledge> {
  const { believed } = state;
  if (believed === null || findPrimary(believed.primaryMac, machine.kernel) === undefined) {
    const unread = fail('metadata-unreachable', 'metadata', 'nothing is known of this instance yet');
    return why === null ? unread : { ok: false, problem: why };
  }
  const found = contradiction(believed, machine);
  if (found !== null) return { ok: false, problem: why ?? found.problem };
  return ok({ state, instance: believed, stale: why, awaiting: [], primaryAgreed: false });
}

/** How many reads at least must name another primary than before, also those of a file, where else one read counts. */
const readsForPrimary = 2;
const holder = 'default route of ';

/** Reads in a row are counted for it: one that says otherwise ends the count. */
function isCounted(thing: string): boolean {
  return thing.startsWith(holder) || thing.startsWith(formerPrimary);
}

/** The default routes that other NICs would give up to the primary that is named. */
function holdersOf(read: InstanceNetwork, machine: Machine): readonly string[] {
  const macs = families.flatMap((family) => onlyHolders(read, family, machine));
  return [...new Set(macs)].map((mac) => `${holder}${mac}`);
}

interface ReadCount {
  /** Enough reads in a row, about a poll apart, said so. */
  hasAgreed(thing: string): boolean;
  readonly pending: State['missing'];
}

function countReads(
  clock: Pick<Clock, 'now'>,
  { config, state }: Ground,
  things: readonly string[],
  least = 1,
): ReadCount {
  const { agreeingReads: configured, pollMs } = settingsOf(config);
  const settings = { agreeingReads: Math.max(least, configured), pollMs };
  const absences = watchAbsences(state.missing, clock.now().toISOString(), settings);
  const agreed = new Set(things.filter((thing) => absences.isConfirmed(thing)));
  return { hasAgreed: (thing) => agreed.has(thing), pending: absences.pending() };
}

function settingsOf(config: Config): BeliefSettings {
  return { agreeingReads: agreeingReads(config), pollMs: config.metadata.poll };
}

function machineOf({ config, state }: Ground, kernel: KernelState): Machine {
  return { kernel, state, tableBase: state.tableBase ?? config.tableBase };
}

function macsOf(entries: readonly { readonly mac: Mac | null }[]): ReadonlySet<Mac | null> {
  return new Set(entries.map((entry) => entry.mac));
}
