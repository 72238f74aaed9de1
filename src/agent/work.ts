import type { DesiredInterface } from '../model/desired.ts';
import type { IpCommand } from '../model/difference.ts';
import type { Problem } from '../model/problem.ts';
import type { Ports } from '../ports/ports.ts';
import type { Armed } from '../transaction/deadman.ts';
import type { Transaction } from '../transaction/transaction.ts';
import type { Probe } from '../verify/probe.ts';
import type { Services, Way } from '../verify/ways.ts';
import type { RunOptions } from './pipeline.ts';
import type { Plan } from './plan.ts';
import type { Session } from './session.ts';

/** A change under way. */
export interface Work {
  readonly ports: Ports;
  readonly plan: Plan;
  readonly options: RunOptions;
  readonly session: Session;
  readonly transaction: Transaction;
  readonly armed: Armed;
  /** What answered before anything was touched. */
  readonly probes: readonly Probe[];
  /** Which way packets went before anything was touched. */
  readonly ways: readonly Way[];
  readonly services: Services;
  /**
   * Monotonic milliseconds at which it is given up: half of the dead-man timer's time, so that the way back is made
   * here and the timer stays for when nothing here moves any more (design section 7).
   */
  readonly until: number;
  /** The probes' metadata service; null: there is none to ask. */
  readonly endpoint: string | null;
  /** Takes away the default routes that were added to main for the primary; empty: none was. */
  readonly addedDefaults: IpCommand[];
  /** Sentences for people, in order. */
  readonly done: string[];
  readonly problems: Problem[];
}

/** Milliseconds left of the half. */
export function timeLeft(work: Work): number {
  return Math.max(0, work.until - work.ports.clock.monotonic());
}

/** The NICs that this plan takes up, by files or by what differs in the kernel. */
export function touchedNics({ intention, repairs }: Plan): readonly DesiredInterface[] {
  const macs = new Set([...intention.files.changes, ...repairs.due].map((entry) => entry.mac));
  return intention.wanted.network.secondaries.filter((nic) => macs.has(nic.mac));
}
