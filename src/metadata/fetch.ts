import type { Config } from '../model/config.ts';
import type { InstanceNetwork } from '../model/instance.ts';
import { ok, type Problem, type Result } from '../model/problem.ts';
import type { Evidence } from '../model/stack.ts';
import type { Http } from '../ports/http.ts';
import type { Ports } from '../ports/ports.ts';
import { chooseProvider } from './choose.ts';
import type { Provider } from './provider.ts';
import { providers } from './registry.ts';
import type { MetadataSession, Opened } from './session.ts';

export { openMetadata } from './session.ts';

type MetadataPorts = Pick<Ports, 'http' | 'files' | 'exec' | 'clock' | 'log'>;

/** A whole read may take this many times `metadata.timeout`: a walk over the leaves is dozens of requests. */
const readsPerTimeout = 5;

export interface MetadataReading {
  readonly instance: InstanceNetwork;
  /** How the cloud was found out. */
  readonly evidence: readonly Evidence[];
  /** Requests this read took. */
  readonly requests: number;
}

/**
 * One read of the metadata: the provider is chosen (once per process and settings), asked within
 * 5 × `metadata.timeout`, and its answer parsed. A problem means "unknown" and nothing else (design section 5).
 * Errors: `provider-unknown`, `config-invalid`, and every `metadata-…` code.
 */
export async function readMetadata(
  ports: MetadataPorts,
  config: Config,
  session: MetadataSession,
  signal?: AbortSignal,
): Promise<Result<MetadataReading>> {
  const opened = await open(ports, config, session);
  if (!opened.ok) return opened;
  const { provider, evidence, fetch } = opened.value;
  const before = session.requests;
  const deadline = ports.clock.monotonic() + readsPerTimeout * config.metadata.timeout;
  const raw = await fetch(signal === undefined ? { deadline } : { deadline, signal });
  const parsed = raw.ok ? provider.parse(raw.value) : raw;
  if (!parsed.ok) return remedied(parsed.problem, provider);
  return ok({ instance: parsed.value, evidence, requests: session.requests - before });
}

function remedied(problem: Problem, { remedy }: Provider): Result<never> {
  const advice = problem.advice === '' ? (remedy ?? '') : problem.advice;
  return { ok: false, problem: { ...problem, advice } };
}

/**
 * How many reads in a row must agree before something is taken away (design section 5): as configured, unless the provider
 * that is named in the configuration says it itself.
 */
export function agreeingReads({ provider, metadata }: Pick<Config, 'provider' | 'metadata'>): number {
  return providers.find(({ id }) => id === provider)?.agreeingReads ?? metadata.agreeingReads;
}

/** Which cloud this is and why, without asking it anything. Errors: `provider-unknown`, `config-invalid`. */
export async function detectCloud(
  ports: Pick<Ports, 'files'>,
  config: Config,
): Promise<
  Result<{ readonly cloud: string; readonly title: string; readonly evidence: readonly Evidence[] }>
> {
  const choice = await chooseProvider(ports.files, config.provider, providers);
  if (!choice.ok) return choice;
  const { provider, evidence } = choice.value;
  return ok({ cloud: provider.id, title: provider.title, evidence });
}

async function open(ports: MetadataPorts, config: Config, session: MetadataSession): Promise<Result<Opened>> {
  const key = JSON.stringify([config.provider, config.metadata]);
  if (session.opened?.key === key) return ok(session.opened);
  const choice = await chooseProvider(ports.files, config.provider, providers);
  if (!choice.ok) return choice;
  const { provider, evidence } = choice.value;
  const { files, exec, clock, log } = ports;
  const settings = config.metadata;
  const http = counting(ports.http, session);
  const fetch = provider.open({ http, files, exec, clock, log, settings, endpoint: settings.endpoint });
  session.opened = { key, provider, evidence, fetch };
  return ok(session.opened);
}

function counting(http: Http, session: MetadataSession): Http {
  return {
    request(request) {
      session.requests += 1;
      return http.request(request);
    },
  };
}
