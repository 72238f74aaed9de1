import { readNameServers } from '../kernel/name-servers.ts';
import { readKernel } from '../kernel/read.ts';
import { metadataHosts } from '../metadata/hosts.ts';
import type { Difference } from '../model/difference.ts';
import { ok, type Result } from '../model/problem.ts';
import type { Ports } from '../ports/ports.ts';
import { type Desired, type Diversion, diversions, isDesired } from '../verify/diverted.ts';
import { askWays, type Services, type Way, wayQuestions } from '../verify/ways.ts';
import type { Plan } from './plan.ts';
import { isLease } from './repairs.ts';
import type { Session } from './session.ts';

type Asking = Pick<Ports, 'exec' | 'files' | 'clock'>;

/** Who must be reached by the way that led there before: the metadata service and the name servers. */
export async function servicesOf(
  files: Ports['files'],
  { seen }: Plan,
  session: Pick<Session, 'metadata'>,
): Promise<Services> {
  const provider = session.metadata.opened?.provider ?? null;
  const dns = new Set([...seen.instance.dns, ...(await readNameServers(files))]);
  return { metadata: metadataHosts(provider, seen.config.metadata.endpoint), dns: [...dns] };
}

/** Asks the kernel, before anything is touched, which way packets go. Errors: as `askWays`. */
export function waysBefore(
  { exec }: Pick<Ports, 'exec'>,
  { seen, intention }: Plan,
  services: Services,
): Promise<Result<readonly Way[]>> {
  return askWays(exec, wayQuestions(seen.kernel, intention.wanted.network, services));
}

/** Milliseconds that a way may differ after a change, and between two looks; and how often it is looked at least. */
const grace = 3_000;
const pause = 250;
const leastLooks = 3;

/**
 * The ways that differ from what they were, each in every look for three seconds, but those that `isAllowed`: a service that
 * sets up its NICs again passes through states that last a moment. Errors: as `askWays` and `readKernel`.
 */
export async function lastingDiversions(
  ports: Asking,
  before: readonly Way[],
  isAllowed: (diversion: Diversion) => boolean,
): Promise<Result<readonly Diversion[]>> {
  const until = ports.clock.monotonic() + grace;
  let left = before;
  for (let looks = 1; ; looks++) {
    const found = await diversionsNow(ports, left);
    if (!found.ok) return found;
    const lasting = found.value.filter((diversion) => !isAllowed(diversion));
    const isOver = ports.clock.monotonic() >= until && looks >= leastLooks;
    if (lasting.length === 0 || isOver) return ok(lasting);
    const questions = new Set(lasting.map(({ question }) => question));
    left = left.filter(({ question }) => questions.has(question));
    await ports.clock.sleep(pause);
  }
}

/** The ways that differ at this moment. Errors: as `askWays` and `readKernel`. */
export async function diversionsNow(
  ports: Pick<Ports, 'exec' | 'files'>,
  before: readonly Way[],
): Promise<Result<readonly Diversion[]>> {
  if (before.length === 0) return ok([]);
  const after = await askWays(
    ports.exec,
    before.map(({ question }) => question),
  );
  if (!after.ok) return after;
  // The kernel after the answers: a source that it lost meanwhile is no way that changed.
  const kernel = await readKernel(ports);
  return kernel.ok ? ok(diversions(before, after.value, kernel.value)) : kernel;
}

/** What this plan may do to ways, with what still differs after it. */
export function desiredBy({ seen, intention }: Plan, differences: readonly Difference[]): Desired {
  const { network, gone } = intention.wanted;
  const late = new Set(differences.filter(isLease).map(({ mac }) => mac));
  return {
    network,
    gone: gone.map(({ name }) => name),
    policyRouting: seen.config.policyRouting,
    waiting: new Set(network.secondaries.filter(({ mac }) => late.has(mac)).map(({ name }) => name)),
  };
}

/** True for what a change with this `desired` is made to move. */
export function allowedBy(desired: Desired): (diversion: Diversion) => boolean {
  return (diversion) => isDesired(diversion, desired);
}

/** For a rollback nothing is desired but that everything leads where it led. */
export function nothingAllowed(): boolean {
  return false;
}
