import { fail, ok, type Result } from '../../model/problem.ts';
import type { HttpResponse } from '../../ports/http.ts';
import type { Budget, FetchContext } from '../provider.ts';
import { ask } from '../request.ts';
import { metadataDisabled, metadataProxied, passedAProxy } from './refusal.ts';

/** Headers and the range of the lifetime: Alibaba Cloud, "View instance metadata", security hardening mode. */
const tokenHeader = 'X-aliyun-ecs-metadata-token';
const lifetimeHeader = 'X-aliyun-ecs-metadata-token-ttl-seconds';
/** Seconds; the longest that is given. */
const lifetime = 21_600;
/** Renewed at half of its life: a token is never carried near its end, where the clocks' difference counts. */
const renewAfter = (lifetime / 2) * 1_000;

/** The token of this process: fetched when first needed, kept, renewed. */
export interface Tokens {
  /** Headers to send: with the token, or none where the service knows no tokens. */
  headers(budget: Budget): Promise<Result<Readonly<Record<string, string>>>>;
  /** The service did not take these headers (401, or 403 to a request without a token): the next call asks anew. */
  refused(headers: Readonly<Record<string, string>>): void;
}

interface Memory {
  token: { readonly text: string; readonly renewAt: number } | null;
  /** The service answered that it has no such thing as tokens. */
  unknownToService: boolean;
  /** Parallel requests wait for the same answer. */
  pending: Promise<Result<string | null>> | null;
}

/** `base` is the endpoint without a final slash. */
export function openTokens(context: FetchContext, base: string): Tokens {
  const memory: Memory = { token: null, unknownToService: false, pending: null };
  const renew = async (budget: Budget): Promise<Result<string | null>> => {
    const fetched = await fetchToken(context, base, budget);
    memory.pending = null;
    if (!fetched.ok) return fetched;
    memory.unknownToService = fetched.value === null;
    const renewAt = context.clock.monotonic() + renewAfter;
    memory.token = fetched.value === null ? null : { text: fetched.value, renewAt };
    return fetched;
  };
  const current = (budget: Budget): Promise<Result<string | null>> => {
    if (context.settings.token === 'never' || memory.unknownToService) return Promise.resolve(ok(null));
    const { token } = memory;
    if (token !== null && context.clock.monotonic() < token.renewAt) return Promise.resolve(ok(token.text));
    memory.pending ??= renew(budget);
    return memory.pending;
  };
  return {
    async headers(budget) {
      const token = await current(budget);
      if (!token.ok) return token;
      return ok(token.value === null ? {} : { [tokenHeader]: token.value });
    },
    refused(headers) {
      if (headers[tokenHeader] === memory.token?.text) memory.token = null;
      memory.unknownToService = false;
    },
  };
}

/** Null: the service has no tokens, and the configuration allows to do without. */
async function fetchToken(
  context: FetchContext,
  base: string,
  budget: Budget,
): Promise<Result<string | null>> {
  const url = `${base}/latest/api/token`;
  const asking = { http: context.http, clock: context.clock, timeout: context.settings.timeout };
  const headers = { [lifetimeHeader]: String(lifetime) };
  const answer = await ask(asking, { url, method: 'PUT', headers, limit: 4_096 }, budget);
  if (!answer.ok) return answer;
  const { status, body } = answer.value;
  if (status === 200) return tokenIn(body, url);
  if (status === 403) return refusal(context, base, answer.value, budget);
  if (status === 404 || status === 405 || status === 501) {
    if (context.settings.token === 'auto') return ok(null);
    return fail(
      'metadata-not-found',
      url,
      `the service gives no tokens (${status})`,
      'set metadata.token to auto',
    );
  }
  return fail('metadata-malformed', url, `the service answered ${status} to the request for a token`);
}

function tokenIn(body: string, url: string): Result<string> {
  const token = body.trim();
  if (token === '') return fail('metadata-empty', url, 'the token is empty');
  // It goes into a header: visible ASCII only, and no page of HTML.
  if (!/^[\x21-\x7e]{1,1024}$/.test(token) || token.startsWith('<')) {
    return fail('metadata-malformed', url, 'what came back is not a token');
  }
  return ok(token);
}

/**
 * 403 to the request for a token has two documented reasons: the metadata service is switched off for this instance,
 * or a proxy on the way added X-Forwarded-For. A service that still answers a plain request is not switched off.
 */
async function refusal(
  context: FetchContext,
  base: string,
  answer: HttpResponse,
  budget: Budget,
): Promise<Result<never>> {
  const url = `${base}/latest/api/token`;
  if (passedAProxy(answer)) return metadataProxied(url);
  const asking = { http: context.http, clock: context.clock, timeout: context.settings.timeout };
  const plain = await ask(asking, { url: `${base}/latest/meta-data/mac` }, budget);
  if (!plain.ok) return plain;
  return plain.value.status === 200 ? metadataProxied(url) : metadataDisabled(url);
}
