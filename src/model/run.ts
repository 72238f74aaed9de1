import type { Difference } from './difference.ts';
import type { Mac } from './mac.ts';
import type { Problem } from './problem.ts';
import type { InterfaceState, Reason, Role } from './reason.ts';
import type { Distro, FormatId, StackId } from './stack.ts';

export type TriggerKind = 'boot' | 'link' | 'metadata' | 'config' | 'drift' | 'signal' | 'manual';

/** Why a run starts. */
export interface Trigger {
  readonly kind: TriggerKind;
  /** For people: `eth1 appeared`. */
  readonly detail: string;
}

export type Outcome =
  | 'unchanged'
  | 'applied'
  | 'degraded'
  | 'rolled-back'
  | 'rollback-failed'
  | 'refused'
  | 'unknown'
  | 'failed';

/** One pass of the pipeline, told whole: the source of the log line, status.json, sd_notify, metrics and exit code. */
export interface RunReport {
  readonly at: string;
  readonly trigger: Trigger;
  readonly outcome: Outcome;
  readonly durationMs: number;
  readonly cloud: string | null;
  readonly distro: Distro | null;
  readonly stack: StackId | null;
  readonly format: FormatId | null;
  readonly transaction: string | null;
  readonly interfaces: readonly InterfaceReport[];
  readonly problems: readonly Problem[];
  /** Sentences for people: what was done, in order. */
  readonly done: readonly string[];
  /** Sentences for people: what somebody else configured and enid leaves as it is. No failure; each is logged once. */
  readonly notes: readonly string[];
}

export interface InterfaceReport {
  readonly name: string | null;
  readonly mac: Mac;
  readonly id: string | null;
  readonly role: Role;
  readonly state: InterfaceState;
  readonly reason: Reason | null;
  /** Sentences that name what the reason is about: a file, a setting, a value that was left out. Absent: nothing to name. */
  readonly details?: readonly string[];
  readonly table: number | null;
  readonly addresses: readonly string[];
  readonly files: readonly string[];
  readonly differences: readonly Difference[];
}
