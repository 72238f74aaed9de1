import type { Agent, ClientRequest, IncomingMessage } from 'node:http';
import { fail, ok, type Result } from '../../model/problem.ts';
import type { Http, HttpRequest, HttpResponse } from '../http.ts';

/** What to do when the service does not answer. */
const wayThere = 'nothing is changed; `enid doctor` and `ip route get` show the way to it';

type HttpModule = typeof import('node:http');

/** Bytes of a body where the request does not say. */
const defaultLimit = 1024 * 1024;

/**
 * Milliseconds a connection is kept for the next request of the same read. Short, so that none is left over to be
 * found dead at the next poll.
 */
const idleConnection = 1_000;

/** HTTP of this machine, on the module's own sockets: nothing from the environment is used. See {@link Http}. */
export function nodeHttp(): Http {
  let agent: Agent | null = null;
  return {
    async request(request) {
      const http = await import('node:http');
      agent ??= new http.Agent({ keepAlive: true, timeout: idleConnection, maxFreeSockets: 4 });
      const deadline = performanceNow() + request.timeout;
      const kept = request.isAlone === true ? false : agent;
      const answer = await exchange(http, request, kept, request.timeout);
      if (answer !== 'stale') return answer;
      const again = await exchange(http, request, false, Math.max(1, deadline - performanceNow()));
      return again === 'stale' ? cutOff(request.url) : again;
    },
  };
}

/**
 * One request on one connection. `stale`: a kept connection turned out to be closed before anything was answered,
 * which says nothing about the service.
 */
function exchange(
  http: HttpModule,
  request: HttpRequest,
  agent: Agent | false,
  timeout: number,
): Promise<Result<HttpResponse> | 'stale'> {
  const { url, signal } = request;
  if (signal?.aborted === true) return Promise.resolve(givenUp(url));
  if (!url.startsWith('http://'))
    return Promise.resolve(fail('metadata-unreachable', url, 'only plain HTTP is spoken'));
  return new Promise((resolve) => {
    const sent = http.request(url, {
      agent,
      method: request.method ?? 'GET',
      headers: { accept: '*/*', 'accept-encoding': 'identity', ...request.headers },
      ...(request.localAddress === undefined ? {} : { localAddress: request.localAddress }),
    });
    const finish = (outcome: Result<HttpResponse> | 'stale'): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      // A connection whose answer was not read to the end is of no further use.
      if (outcome === 'stale' || !outcome.ok) sent.destroy();
      resolve(outcome);
    };
    const onAbort = (): void => finish(givenUp(url));
    const timer = setTimeout(
      () =>
        finish(
          fail('metadata-timeout', url, `no complete answer within ${Math.round(timeout)} ms`, wayThere),
        ),
      timeout,
    );
    signal?.addEventListener('abort', onAbort);
    follow(sent, request, finish);
    sent.end();
  });
}

/** Calls `finish` at the first thing that decides the request; later calls are without effect on its promise. */
function follow(
  sent: ClientRequest,
  request: HttpRequest,
  finish: (outcome: Result<HttpResponse> | 'stale') => void,
): void {
  const { url } = request;
  let answered = false;
  sent.on('response', (response) => {
    answered = true;
    collect(response, request.limit ?? defaultLimit, url, finish);
  });
  sent.on('error', (error: NodeJS.ErrnoException) => {
    const stale = !answered && sent.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
    finish(stale ? 'stale' : answered ? cutOff(url) : failure(url, error));
  });
  sent.on('upgrade', () =>
    finish(fail('metadata-malformed', url, 'the service wants another protocol than HTTP')),
  );
  sent.on('close', () => finish(cutOff(url)));
}

function collect(
  response: IncomingMessage,
  limit: number,
  url: string,
  finish: (outcome: Result<HttpResponse>) => void,
): void {
  const tooLarge = fail('metadata-too-large', url, `the answer is longer than ${limit} bytes`);
  if (Number(response.headers['content-length'] ?? 0) > limit) {
    finish(tooLarge);
    return;
  }
  const chunks: Buffer[] = [];
  let length = 0;
  response.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length > limit) finish(tooLarge);
    else chunks.push(chunk);
  });
  response.on('end', () =>
    finish(response.complete ? decoded(response, Buffer.concat(chunks), url) : cutOff(url)),
  );
  response.on('error', () => finish(cutOff(url)));
  response.on('aborted', () => finish(cutOff(url)));
}

function decoded(response: IncomingMessage, bytes: Buffer, url: string): Result<HttpResponse> {
  const body = bytes.toString('utf8');
  if (!Buffer.from(body, 'utf8').equals(bytes))
    return fail('metadata-malformed', url, 'the answer is not UTF-8 text');
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(response.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return ok({ status: response.statusCode ?? 0, headers, body });
}

/** Why there was no answer at all. */
function failure(url: string, error: NodeJS.ErrnoException): Result<HttpResponse> {
  const code = error.code ?? '';
  if (code === 'HPE_HEADER_OVERFLOW') return fail('metadata-too-large', url, 'the headers are too long');
  if (code.startsWith('HPE_')) return fail('metadata-malformed', url, 'the answer is not HTTP');
  if (code === 'ECONNRESET' || code === 'EPIPE') return cutOff(url);
  if (code === 'ETIMEDOUT')
    return fail('metadata-timeout', url, 'the connection could not be made in time', wayThere);
  return fail(
    'metadata-unreachable',
    url,
    `cannot be reached (${code === '' ? error.message : code})`,
    wayThere,
  );
}

function cutOff(url: string): Result<HttpResponse> {
  return fail('metadata-cut-off', url, 'the connection was closed before the end of the answer', wayThere);
}

function givenUp(url: string): Result<HttpResponse> {
  return fail('metadata-timeout', url, 'given up before the answer was complete');
}

function performanceNow(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}
