import type { Extent } from '../kernel/restore.ts';
import type { OwnedFile } from '../model/file.ts';
import type { KernelState } from '../model/kernel.ts';
import type { Mac } from '../model/mac.ts';
import type { Step } from '../model/step.ts';
import type { Armed } from './deadman.ts';
import type { ProcessId } from './process.ts';

/** How far the rollback ladder was climbed (design section 7). */
export type Rung = 'files' | 'scoped' | 'start' | 'restart' | 'primary';

/** The way back, settled before anything is touched. */
export interface Undo {
  /** Let go, by the new files, what came with them: before the files are put back. */
  readonly release: readonly Step[];
  /** Make the network service take up the old files of the touched NICs. */
  readonly scoped: readonly Step[];
  /** Take the primary up again, and start the network service, should it be down: only where the machine does not answer. */
  readonly start: readonly Step[];
  readonly restart: readonly Step[];
  /** The primary's link, brought up from the snapshot through `ip` when nothing else helped; null where not known. */
  readonly primary: string | null;
  /** What `ip` may set beside the files: these links, and the tables and priorities of the band; null for files only. */
  readonly extent: Extent | null;
  /**
   * Values that sysctls had, by key with slashes, in the order in which they are set again once the files are back;
   * a key that is gone with its link is passed over.
   */
  readonly sysctls?: readonly { readonly key: string; readonly value: string }[];
}

export interface PlannedChange {
  readonly path: string;
  readonly action: 'create' | 'replace' | 'remove';
  readonly mac: Mac | null;
  readonly before: {
    readonly digest: string;
    readonly mode: number;
    readonly uid: number;
    readonly gid: number;
    /** The copy's name below `backup/`. */
    readonly backup: string;
  } | null;
  /** Digest of the bytes that are written; null for a removal. */
  readonly after: string | null;
}

/** How the ownership of a path changes; null: not ours. */
export interface OwnedChange {
  readonly path: string;
  readonly before: OwnedFile | null;
  readonly after: OwnedFile | null;
}

/** The first record: all that recovery needs, in one line. */
export interface Planned {
  readonly phase: 'planned';
  readonly schema: 1;
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** For people: `link: eth1 appeared`. */
  readonly why: string;
  readonly holder: ProcessId | null;
  readonly changes: readonly PlannedChange[];
  readonly owned: readonly OwnedChange[];
  /** Directories that writing the files makes, outermost first. */
  readonly directories: readonly string[];
  readonly undo: Undo;
  /** The kernel as it was; null where nothing is going to be activated. */
  readonly snapshot: KernelState | null;
  /** The probes that answered before anything was touched; absent where nobody asked. */
  readonly answered?: readonly ProbeName[];
  /** Digest of the agent's plan, as in `State.refusedPlan`; absent where the change is not one of its plans. */
  readonly plan?: string;
}

/** What can be asked whether the machine is reachable. */
export type ProbeName = 'gateway' | 'metadata';

/** One line of the journal; each is on disk before what it announces is done. */
export type JournalRecord =
  | Planned
  /** Every backup is on disk; files may change from here on. */
  | { readonly phase: 'backed-up' }
  | { readonly phase: 'armed'; readonly deadman: Armed }
  /** Steps that need the old files run from here on. */
  | { readonly phase: 'releasing' }
  | { readonly phase: 'writing' }
  | { readonly phase: 'written' }
  /** Steps that take up the new files run from here on. */
  | { readonly phase: 'activating' }
  | { readonly phase: 'step'; readonly argv: readonly string[] }
  /** The decision: what comes later can only be finished. */
  | { readonly phase: 'committed' }
  | { readonly phase: 'undoing'; readonly why: string }
  | { readonly phase: 'undone'; readonly rung: Rung; readonly worked: boolean };
