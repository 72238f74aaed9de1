import { intend, strangersIn } from '../../agent/intend.ts';
import { type Ground, type Knowledge, know } from '../../agent/knowledge.ts';
import { type Observation, observe } from '../../agent/observe.ts';
import type { Session } from '../../agent/session.ts';
import { readKernel } from '../../kernel/read.ts';
import { readSysctls } from '../../kernel/sysctls.ts';
import { type MetadataReading, readMetadata } from '../../metadata/fetch.ts';
import { metadataHosts } from '../../metadata/hosts.ts';
import type { Config } from '../../model/config.ts';
import type { KernelState } from '../../model/kernel.ts';
import { fail, ok, type Result } from '../../model/problem.ts';
import { emptyState, type State } from '../../model/state.ts';
import { desire, type Wanted } from '../../network/desire.ts';
import type { Ports } from '../../ports/ports.ts';
import { formats } from '../../render/registry.ts';
import { loadState } from '../../state/load.ts';
import { all } from '../diagnosis.ts';
import type { Findings, Planned } from '../findings.ts';
import { type Nic, nicsOf } from '../nics.ts';
import { findAutomatic } from './automatic.ts';
import { readInstanceType } from './instance-type.ts';
import { askWays } from './ways.ts';

/** What the look at the network needs beside the ports. */
export interface GatherOptions {
  readonly session: Session;
  readonly stopping: AbortSignal;
}

/** What is known of the NICs. */
export type Network = Pick<
  Findings,
  | 'kernel'
  | 'state'
  | 'metadata'
  | 'instance'
  | 'stack'
  | 'wanted'
  | 'plan'
  | 'instanceType'
  | 'ways'
  | 'sysctls'
  | 'automatic'
>;

/** Metadata, kernel and what follows from the two. */
export async function gatherNetwork(
  ports: Ports,
  config: Config,
  { session, stopping }: GatherOptions,
): Promise<Network> {
  const [read, kernel, state] = await Promise.all([
    readMetadata(ports, config, session.metadata, stopping),
    readKernel(ports),
    loadState(ports.files),
  ]);
  const ground: Ground = { config, state: state.ok ? state.value : emptyState };
  const knowledge = kernel.ok ? knowFrom(ports, ground, read, kernel.value) : kernel;
  const metadata = judged(read, knowledge, kernel);
  const instance = metadata.ok ? metadata : knowledge.ok ? ok(knowledge.value.instance) : knowledge;
  const seen = await look(ports, config, knowledge, kernel, session);
  const wanted = seen.ok ? desired(seen.value) : seen;
  const stack = session.detected === null ? unseen(seen) : ok(session.detected.stack);
  const nics = nicsOf({ instance, kernel, wanted });
  const facts = all({ nics, kernel, instance });
  const provider = session.metadata.opened?.provider ?? null;
  const hosts = metadataHosts(provider, config.metadata.endpoint);
  const [plan, instanceType, ways, sysctls, automatic] = await Promise.all([
    seen.ok ? planned(ports, seen.value, state, session) : seen,
    metadata.ok ? readInstanceType(ports, config, session.metadata) : metadata,
    facts.ok ? askWays(ports.exec, facts.value.kernel, facts.value.instance, facts.value.nics, hosts) : facts,
    nics.ok ? readSysctls(ports.files, sysctlKeys(nics.value)) : nics,
    stack.ok ? findAutomatic(ports.exec, stack.value) : stack,
  ]);
  return { kernel, state, metadata, instance, stack, wanted, plan, instanceType, ways, sysctls, automatic };
}

function knowFrom(
  ports: Ports,
  ground: Ground,
  read: Result<MetadataReading>,
  kernel: KernelState,
): Result<Knowledge> {
  const metadata = read.ok
    ? { read: read.value.instance, problem: null }
    : { read: null, problem: read.problem };
  const circumstances = { unread: 'believe', lastProblem: null, removed: new Set<never>() } as const;
  return know(ports.clock, ground, kernel, metadata, circumstances).knowledge;
}

/** What was read, where a run would go by it; else why it would not. */
function judged(
  read: Result<MetadataReading>,
  knowledge: Result<Knowledge>,
  kernel: Result<KernelState>,
): Findings['metadata'] {
  if (!read.ok) return read;
  if (!knowledge.ok && kernel.ok) return knowledge;
  const stale = knowledge.ok ? knowledge.value.stale : null;
  return stale === null ? ok(read.value.instance) : { ok: false, problem: stale };
}

function look(
  ports: Ports,
  config: Config,
  knowledge: Result<Knowledge>,
  kernel: Result<KernelState>,
  session: Session,
): Promise<Result<Observation>> {
  const facts = all({ knowledge, kernel });
  if (!facts.ok) return Promise.resolve(facts);
  return observe(ports, config, facts.value.knowledge, facts.value.kernel, session);
}

function unseen(seen: Result<Observation>): Result<never> {
  return seen.ok ? fail('stack-unknown', 'stack', 'was not looked for') : seen;
}

function desired(seen: Observation): Result<Wanted> {
  const { stack } = seen.detected;
  const { connected, ruleForms } = formats[stack.format];
  return desire({
    ...seen,
    stack,
    removed: new Set(),
    connected: (method, family) => connected(stack, method, family),
    ruleForms: ruleForms(stack),
  });
}

/** Without state.json it is not known which files are enid's, so nothing is said of files. */
async function planned(
  ports: Ports,
  seen: Observation,
  state: Result<State>,
  session: Session,
): Promise<Result<Planned>> {
  if (!state.ok) return state;
  const intention = await intend(ports, seen, session, false);
  if (!intention.ok) return intention;
  const { files, differences, forwarding, wanted } = intention.value;
  const changes = files.changes.map(({ path }) => path);
  const { problems } = forwarding;
  return ok({ kept: files.kept, changes, differences, problems, strangers: strangersIn(seen, wanted) });
}

function sysctlKeys(nics: readonly Nic[]): readonly string[] {
  return ['all', ...nics.map((nic) => nic.link.name)].flatMap((name) => [
    ...['rp_filter', 'arp_ignore', 'arp_announce'].map((key) => `net/ipv4/conf/${name}/${key}`),
    `net/ipv6/conf/${name}/disable_ipv6`,
  ]);
}
