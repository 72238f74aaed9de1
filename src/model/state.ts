import type { Address, Prefix } from './address.ts';
import type { OwnedFile } from './file.ts';
import type { InstanceNetwork } from './instance.ts';
import type { LearnedFamilies } from './lease.ts';
import type { Mac } from './mac.ts';

/** /var/lib/enid/state.json: what must outlive the process. */
export interface State {
  readonly schema: 1;
  /** Slot (1–999) per MAC, for life: kept over detach and re-attach, until all are taken and the MAC is the longest detached. */
  readonly slots: ReadonlyMap<Mac, number>;
  /** Since when (ISO 8601) a MAC with a slot is neither in the kernel nor listed nor configured. */
  readonly detached: ReadonlyMap<Mac, string>;
  /** The kernel name each MAC had when it was last configured: needed to take a NIC down that is gone. */
  readonly names: ReadonlyMap<Mac, string>;
  /** By path. */
  readonly files: ReadonlyMap<string, OwnedFile>;
  /** Directories that enid made and that still hold a file of ours, sorted: only these are ever removed. */
  readonly directories: readonly string[];
  /** Values that sysctls had before we set them, by key with slashes. */
  readonly sysctls: ReadonlyMap<string, { readonly former: string; readonly ours: string }>;
  /** Further private addresses that we set on the primary (`manage_primary`): only these are ever taken from it again. */
  readonly primaryAddresses: readonly Address[];
  /** By MAC, the addresses that enid or a file of enid set on that NIC: only these are ever removed from it. */
  readonly addresses: ReadonlyMap<Mac, readonly Address[]>;
  /**
   * By MAC, the sources of the rules `from P lookup T priority T` that enid or a file of enid set: only these rules are ever
   * removed. Kept when the NIC is detached, since a network service may add a rule once more.
   */
  readonly sources: ReadonlyMap<Mac, readonly Prefix[]>;
  /** Rules at the band's shared numbers (which serve a subnet) and routes of the band's tables that we set: only these are ours. */
  readonly commons: readonly string[];
  /** `table_base` when the kernel was last set: rules and tables of a former band are ours too. Null: nothing set yet. */
  readonly tableBase: number | null;
  /**
   * What only leases told of NICs whose addresses the metadata does not list. Needed at boot: enid looks before the leases
   * are there, and would else take the tables and rules out of the files, to write them again a moment later.
   */
  readonly learned: ReadonlyMap<Mac, LearnedFamilies>;
  /**
   * How it is known which NIC is the primary. `kernel`: metadata and what enid did not set in the kernel agreed on it.
   * `metadata`: enid moved the default route to it, so the kernel is no witness any more. Null: not known that well yet.
   */
  readonly primary: { readonly mac: Mac; readonly by: 'kernel' | 'metadata' } | null;
  /** The last metadata that was whole and believed; applied early in boot without network, for the same instance only. */
  readonly believed: InstanceNetwork | null;
  /** Things metadata stopped listing, and how many reads in a row agreed on it (design section 5). */
  readonly missing: ReadonlyMap<
    string,
    { readonly reads: number; readonly since: string; readonly last: string }
  >;
  /** Digest of the plan that was last rolled back: not tried again until something changes. */
  readonly refusedPlan: string | null;
  /** Digest of the plan that was last torn by a power cut or a kill and may be tried once more; null: none was since. */
  readonly tornPlan: string | null;
}

export const emptyState: State = {
  schema: 1,
  slots: new Map(),
  detached: new Map(),
  names: new Map(),
  files: new Map(),
  directories: [],
  sysctls: new Map(),
  primaryAddresses: [],
  addresses: new Map(),
  sources: new Map(),
  commons: [],
  tableBase: null,
  learned: new Map(),
  primary: null,
  believed: null,
  missing: new Map(),
  refusedPlan: null,
  tornPlan: null,
};
