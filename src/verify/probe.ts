import type { Address } from '../model/address.ts';
import { ok, type Result } from '../model/problem.ts';
import type { Ports } from '../ports/ports.ts';

/** `unknown`: nothing could be learnt, which is no reason for anything. */
export type ProbeResult = 'answered' | 'silent' | 'unknown';

/** A question to the world outside. */
export interface Probe {
  readonly name: 'gateway' | 'metadata';
  ask(): Promise<ProbeResult>;
  /** True when it is known to have answered half a minute ago at most, without asking. Not there: that is never known. */
  hasAnswered?(): Promise<boolean>;
}

export interface GatewayTarget {
  /** The primary's name. */
  readonly link: string;
  readonly gateway: Address;
  /** The primary's address. */
  readonly source: Address;
}

/** Milliseconds: the kernel asks a neighbour thrice, a second apart (base_reachable_time, retrans_time_ms: 1000). */
const neighbourPatience = 1200;
const neighbourPause = 60;

/**
 * Asks whether the gateway is still a neighbour of the primary. Its entry in the neighbour table is set to `probe`,
 * which makes the kernel ask at once; where there is no entry, opening a connection makes one. Then the table is
 * read until it is decided (kernel: neighbour states NUD_*). Needs no program but `ip`.
 */
export function gatewayProbe(ports: Pick<Ports, 'exec' | 'http' | 'clock'>, target: GatewayTarget): Probe {
  const ask = async (): Promise<ProbeResult> => {
    const entry = await neighbour(ports, target);
    if (!entry.ok || entry.value === 'PERMANENT' || entry.value === 'NOARP') return 'unknown';
    if (entry.value === null || entry.value === 'FAILED') await knock(ports, target);
    else if (entry.value !== 'INCOMPLETE') {
      const argv = ['ip', ...at(target, 'change'), 'nud', 'probe'];
      const set = await ports.exec.run(argv);
      if (!set.ok || set.value.exitCode !== 0) return 'unknown';
    }
    const until = ports.clock.monotonic() + neighbourPatience;
    for (;;) {
      const now = await neighbour(ports, target);
      if (!now.ok || now.value === null) return 'unknown';
      if (now.value === 'REACHABLE') return 'answered';
      if (now.value === 'FAILED') return 'silent';
      if (ports.clock.monotonic() >= until) {
        return now.value === 'INCOMPLETE' || now.value === 'PROBE' ? 'silent' : 'unknown';
      }
      await ports.clock.sleep(neighbourPause);
    }
  };
  const hasAnswered = async (): Promise<boolean> => {
    const entry = await neighbour(ports, target);
    return entry.ok && entry.value === 'REACHABLE';
  };
  return { name: 'gateway', ask, hasAnswered };
}

function at({ gateway, link }: GatewayTarget, verb: 'show' | 'change'): readonly string[] {
  return verb === 'show'
    ? ['neigh', 'show', 'to', gateway, 'dev', link]
    : ['neigh', 'change', gateway, 'dev', link];
}

/** The state of the gateway's entry in the neighbour table; null where it has none. */
async function neighbour(ports: Pick<Ports, 'exec'>, target: GatewayTarget): Promise<Result<string | null>> {
  const run = await ports.exec.run(['ip', ...at(target, 'show')]);
  if (!run.ok) return run;
  const state = /\b(INCOMPLETE|REACHABLE|STALE|DELAY|PROBE|FAILED|NOARP|PERMANENT)\b/.exec(run.value.stdout);
  return ok(state?.[1] ?? null);
}

/** Opens a connection to the gateway's discard port; what comes of it does not matter. */
async function knock(ports: Pick<Ports, 'http'>, { gateway, source }: GatewayTarget): Promise<void> {
  const host = gateway.includes(':') ? `[${gateway}]` : gateway;
  await ports.http.request({ url: `http://${host}:9/`, timeout: 300, localAddress: source });
}

export interface MetadataTarget {
  /** e.g. `http://100.100.100.200/`; any status is an answer. */
  readonly url: string;
  /** Bind to this address, to prove its way; absent: the kernel chooses, as for enid's own requests. */
  readonly source?: Address;
}

/** Milliseconds for one request: ten times what the last answer took, within these bounds. */
const metadataPatience = { least: 1000, most: 5000 };

/**
 * Asks whether the metadata service still answers, with whatever status. Without a source the request takes the way
 * that enid's own take; the connection is a new one. A machine whose processor
 * is busy (it is, while a network service takes NICs up) needs many times the usual to see an answer that is there.
 */
export function metadataProbe(ports: Pick<Ports, 'http' | 'clock'>, target: MetadataTarget): Probe {
  const { least, most } = metadataPatience;
  let timeout = least;
  const ask = async (): Promise<ProbeResult> => {
    const { url, source } = target;
    const bound = source === undefined ? {} : { localAddress: source };
    const begun = ports.clock.monotonic();
    const said = await ports.http.request({ url, timeout, ...bound, isAlone: true, limit: 65_536 });
    const code = said.ok ? null : said.problem.code;
    if (code === 'metadata-unreachable' || code === 'metadata-timeout') return 'silent';
    timeout = Math.min(most, Math.max(least, 10 * (ports.clock.monotonic() - begun)));
    return 'answered';
  };
  return { name: 'metadata', ask };
}

/**
 * The probes that answer now, before a change: only these can tell harm afterwards. A gateway that is being asked is one
 * that the kernel passes over where another default route has the same metric, as networkd gives it to every NIC (seen:
 * a packet of the primary left by the new NIC), so it is not asked when it need not be.
 */
export async function answering(probes: readonly Probe[]): Promise<readonly Probe[]> {
  const answers = async (probe: Probe): Promise<boolean> =>
    (await probe.hasAnswered?.()) === true || (await probe.ask()) === 'answered';
  const results = await Promise.all(probes.map(answers));
  return probes.filter((_, index) => results[index] === true);
}

/** Milliseconds that a probe may stay silent after a change, and between two tries; and how often it is asked at least. */
const grace = 3000;
const pause = 250;
const leastTries = 3;

/**
 * Of probes that answered before a change, those that no longer do: silent in every try for three seconds, and in three
 * tries. One that answers once, or of which nothing can be learnt, is well.
 */
export async function silenced(
  probes: readonly Probe[],
  clock: Pick<Ports['clock'], 'monotonic' | 'sleep'>,
): Promise<readonly Probe[]> {
  const until = clock.monotonic() + grace;
  let left = probes;
  for (let tries = 1; ; tries++) {
    const results = await Promise.all(left.map((probe) => probe.ask()));
    left = left.filter((_, index) => results[index] === 'silent');
    if (left.length === 0 || (clock.monotonic() >= until && tries >= leastTries)) return left;
    await clock.sleep(pause);
  }
}
