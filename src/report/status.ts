import type { Mac } from '../model/mac.ts';
import type { Problem } from '../model/problem.ts';
import type { InterfaceState, Reason, Role } from '../model/reason.ts';
import type { InterfaceReport, Outcome, RunReport, TriggerKind } from '../model/run.ts';
import type { StackId } from '../model/stack.ts';

/** What `enid status` reads: the last run that had something to tell. Absent: nothing ran since boot. */
export const statusPath = '/run/enid/status.json';

/** The form of status.json and `enid status --json` (design section 2). */
export interface Status {
  readonly schema: 1;
  readonly state: StatusState;
  readonly cloud: string | null;
  readonly distro: { readonly id: string; readonly version: string } | null;
  readonly stack: StackId | null;
  readonly lastRun: {
    /** ISO 8601, UTC. */
    readonly at: string;
    readonly trigger: TriggerKind;
    /** For people: `eth1 appeared`. */
    readonly detail: string;
    readonly outcome: Outcome;
    readonly durationMs: number;
  } | null;
  readonly interfaces: readonly StatusInterface[];
  readonly problems: readonly Problem[];
  /** Sentences: what somebody else configured and enid leaves as it is. No failure. */
  readonly notes: readonly string[];
}

export type StatusState = 'ok' | 'degraded' | 'failed' | 'starting';

export interface StatusInterface {
  readonly name: string | null;
  readonly mac: Mac;
  readonly id: string | null;
  readonly role: Role;
  readonly state: InterfaceState;
  readonly reason: Reason | null;
  /** What the reason is about: `10.0.0.10 is an address of the primary eth0`. Absent where there is nothing to name. */
  readonly details?: readonly string[];
  readonly table: number | null;
  readonly addresses: readonly string[];
  readonly files: readonly string[];
  /** Sentences: `address 10.0.0.21/32 is missing on eth1`. */
  readonly differences: readonly string[];
}

/** Before the first run: the daemon is up and has not decided anything. */
export const startingStatus: Status = {
  schema: 1,
  state: 'starting',
  cloud: null,
  distro: null,
  stack: null,
  lastRun: null,
  interfaces: [],
  problems: [],
  notes: [],
};

export function statusOf(report: RunReport): Status {
  const { trigger, outcome, distro } = report;
  return {
    schema: 1,
    state: statusState(report),
    cloud: report.cloud,
    distro: distro === null ? null : { id: distro.id, version: distro.version },
    stack: report.stack,
    lastRun: {
      at: report.at,
      trigger: trigger.kind,
      detail: trigger.detail,
      outcome,
      durationMs: Math.round(report.durationMs),
    },
    interfaces: report.interfaces.map(statusInterface),
    problems: report.problems,
    notes: report.notes,
  };
}

/** `failed`: enid could not do its work. `degraded`: it works, and something is not as it should be. */
export function statusState(report: Pick<RunReport, 'outcome' | 'interfaces'>): StatusState {
  const { outcome } = report;
  if (outcome === 'failed' || outcome === 'rollback-failed' || outcome === 'refused') return 'failed';
  const incomplete = report.interfaces.some(
    (nic) => nic.role === 'secondary' && (nic.state === 'pending' || nic.state === 'failed'),
  );
  return incomplete || (outcome !== 'unchanged' && outcome !== 'applied') ? 'degraded' : 'ok';
}

/** The text of status.json. */
export function printStatusFile(status: Status): string {
  return `${JSON.stringify(status, null, 1)}\n`;
}

function statusInterface(nic: InterfaceReport): StatusInterface {
  const { name, mac, id, role, state, reason, details, table, addresses, files } = nic;
  const differences = nic.differences.map((difference) => difference.text);
  return {
    name,
    mac,
    id,
    role,
    state,
    reason,
    ...(details === undefined ? {} : { details }),
    table,
    addresses,
    files,
    differences,
  };
}
