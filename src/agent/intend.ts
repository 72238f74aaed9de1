import { planSysctls, readSysctls, type SysctlPlan, type SysctlValues } from '../kernel/sysctls.ts';
import type { DesiredNetwork, ReplicatedRoute } from '../model/desired.ts';
import type { Difference } from '../model/difference.ts';
import type { FileChange, RenderedFile } from '../model/file.ts';
import { forwardingPath } from '../model/forwarding.ts';
import type { KernelState } from '../model/kernel.ts';
import type { Mac } from '../model/mac.ts';
import { ok, type Result } from '../model/problem.ts';
import { type DesireInput, desire, type Wanted } from '../network/desire.ts';
import { replicatedRoutes } from '../network/replicate.ts';
import { unlistedRules } from '../network/unlisted.ts';
import type { Ports } from '../ports/ports.ts';
import { formats } from '../render/registry.ts';
import { render } from '../render/render.ts';
import { readDisk } from '../transaction/content.ts';
import { type FilePlan, planFiles } from '../transaction/plan.ts';
import { differences } from '../verify/differences.ts';
import { hiddenFiles } from '../verify/hidden-file.ts';
import { isLeak } from '../verify/leaks.ts';
import { strangers } from '../verify/strangers.ts';
import { compareMarkRules, type IntendedForwarding, intendForwarding } from './forwarding.ts';
import type { Observation } from './observe.ts';
import { withPrimaryFiles } from './primary-files.ts';
import type { Session } from './session.ts';
import { sysctlDifferences } from './sysctl-differences.ts';

/** What a run would do: everything decided, nothing touched. */
export interface Intention {
  readonly wanted: Wanted;
  readonly files: FilePlan;
  readonly sysctls: SysctlPlan;
  readonly forwarding: IntendedForwarding;
  /** How the kernel differs from the desired network as it is now. */
  readonly differences: readonly Difference[];
}

/** Sentences about what somebody else set in the tables of the slots, also in those of a former `table_base`. */
export function strangersIn(
  { kernel, config, state }: Pick<Observation, 'kernel' | 'config' | 'state'>,
  { network, slots, gone }: Pick<Wanted, 'network' | 'slots' | 'gone'>,
): readonly string[] {
  const { commons, sources, tableBase: former } = state;
  const { tableBase, policyRouting } = config;
  const unlisted = policyRouting ? unlistedRules(kernel, network, state.addresses) : [];
  const now = strangers(kernel, network, { slots, gone, commons, sources, tableBase, unlisted });
  if (former === null || former === tableBase) return now;
  const nothing = { ...network, secondaries: [] };
  return [...now, ...strangers(kernel, nothing, { slots, gone: [], commons, sources, tableBase: former })];
}

/** metadata -> network -> render -> plan, for one observation. */
export async function intend(
  ports: Pick<Ports, 'exec' | 'files'>,
  seen: Observation,
  session: Session,
  force: boolean,
): Promise<Result<Intention>> {
  const { config, detected } = seen;
  const format = formats[detected.stack.format];
  const connected: DesireInput['connected'] = (method, family) =>
    format.connected(detected.stack, method, family);
  const ruleForms = format.ruleForms(detected.stack);
  const wanted = desire({ ...seen, removed: session.removed, stack: detected.stack, connected, ruleForms });
  if (!wanted.ok) return wanted;
  const rendered = await render(wanted.value.network, detected.stack, session.templates, { dns: config.dns });
  if (!rendered.ok) return rendered;
  const forwarding = await intendForwarding(ports, seen, wanted.value);
  const ours = [...rendered.value, ...forwarding.files];
  const files = await planAgainstDisk(ports, seen, wanted.value, ours, force);
  if (!files.ok) return files;
  const values = await readKept(ports, seen, wanted.value);
  if (!values.ok) return values;
  const sysctls = planSysctls(wanted.value.network.sysctls, seen.state.sysctls, values.value);
  const hidden = await hiddenFiles(ports.files, seen.kernel, wanted.value.network, detected.stack);
  if (!hidden.ok) return hidden;
  return ok({
    wanted: { ...wanted.value, notes: [...wanted.value.notes, ...hidden.value] },
    files: files.value,
    sysctls,
    forwarding,
    differences: [
      ...compare(seen, { wanted: wanted.value, forwarding }, sysctls),
      ...(changesForwarding(files.value) ? [] : forwarding.differences),
    ],
  });
}

/** The kernel of an observation against what is wanted; after a change, `before` is the kernel as it was before it. */
export function compare(
  seen: Pick<Observation, 'kernel' | 'config' | 'state'>,
  { wanted, forwarding }: Pick<Intention, 'wanted' | 'forwarding'>,
  sysctls: SysctlPlan,
  before?: KernelState,
): readonly Difference[] {
  const { network, slots, gone } = wanted;
  const { policyRouting, tableBase } = seen.config;
  const { primaryAddresses, commons, addresses, sources } = seen.state;
  const inKernel = differences(seen.kernel, network, {
    gone,
    slots,
    tableBase,
    onPrimary: primaryAddresses,
    ...{ commons, addresses, sources },
    ...(before === undefined ? {} : { before }),
    mirrored: policyRouting ? replicated(seen.kernel, network) : [],
    unlisted: policyRouting ? unlistedRules(seen.kernel, network, addresses) : [],
  });
  const former = formerBand(seen, wanted);
  const marks = compareMarkRules(seen, forwarding, wanted);
  return [...former, ...inKernel, ...marks, ...sysctlDifferences(network.sysctls, sysctls, seen.kernel)];
}

/** What is loaded then follows from the change. */
function changesForwarding({ changes }: Pick<FilePlan, 'changes'>): boolean {
  return changes.some(({ path }) => path === forwardingPath);
}

/** A person's route by a secondary is one in main that neither its lease nor the kernel brought there against our will. */
function replicated(kernel: KernelState, network: DesiredNetwork): readonly ReplicatedRoute[] {
  return replicatedRoutes(kernel, network, (route, nic) => !isLeak(route, nic, kernel));
}

/** What is left at another `table_base` that was configured before: all of it goes. */
function formerBand(
  { kernel, config, state }: Pick<Observation, 'kernel' | 'config' | 'state'>,
  { network, slots }: Wanted,
): readonly Difference[] {
  const { tableBase, commons, sources } = state;
  if (tableBase === null || tableBase === config.tableBase) return [];
  const gone = [...slots].map(([mac, slot]) => ({ name: '', mac, table: tableBase + slot, present: false }));
  const nothing = { ...network, secondaries: [] };
  return differences(kernel, nothing, { gone, slots, tableBase, mirrored: [], commons, sources });
}

/**
 * Files of NICs that are neither wanted now nor going (not here yet, in trouble) stay out of the plan, so that they
 * stay as they are.
 */
export async function planAgainstDisk(
  ports: Pick<Ports, 'files'>,
  seen: Observation,
  wanted: Wanted,
  rendered: readonly RenderedFile[],
  force: boolean,
): Promise<Result<FilePlan>> {
  const leaving = new Set(wanted.gone.map((nic) => nic.mac));
  const judged = new Set([...leaving, ...wanted.network.secondaries.map((nic) => nic.mac)]);
  const all = [...seen.state.files];
  const owned = new Map(all.filter(([, file]) => file.mac === null || judged.has(file.mac)));
  const waiting = all.filter(([path]) => !owned.has(path));
  const ours = new Set([...rendered.map((file) => file.path), ...owned.keys()]);
  const adopted = adoptedFiles(seen, wanted).filter(({ path }) => !ours.has(path));
  const disk = await readDisk(ports.files, new Set([...ours, ...adopted.map(({ path }) => path)]));
  if (!disk.ok) return disk;
  const adopt = seen.config.conflict === 'adopt';
  const planned = planFiles({
    disk: disk.value,
    owned,
    rendered,
    leaving,
    force,
    adopt,
  });
  const { primary } = wanted.network;
  const withPrimary = await withPrimaryFiles(ports.files, planned, primary.mac, seen.state.files);
  if (!withPrimary.ok) return withPrimary;
  const plan = withPrimary.value;
  const given = adopted.flatMap(({ path, mac }): readonly FileChange[] => {
    const before = disk.value.contents.get(path) ?? null;
    const isFile = before !== null && !disk.value.links.has(path);
    return isFile ? [{ path, mac, action: 'remove', before, after: null }] : [];
  });
  return ok({ ...plan, changes: [...given, ...plan.changes], owned: new Map([...plan.owned, ...waiting]) });
}

/** With `conflict: adopt`: the files by which a person configured the NICs that are taken over; backed up, then removed. */
function adoptedFiles(
  { config, claims }: Observation,
  { network }: Wanted,
): readonly { readonly path: string; readonly mac: Mac }[] {
  if (config.conflict !== 'adopt') return [];
  return network.secondaries.flatMap(({ mac }) => {
    const claim = claims.get(mac);
    return claim?.by === 'person' ? (claim.files ?? []).map(({ path }) => ({ path, mac })) : [];
  });
}

function readKept(
  ports: Pick<Ports, 'files'>,
  seen: Observation,
  wanted: Wanted,
): Promise<Result<SysctlValues>> {
  const keys = new Set([...wanted.network.sysctls.map((sysctl) => sysctl.key), ...seen.state.sysctls.keys()]);
  return readSysctls(ports.files, keys);
}
