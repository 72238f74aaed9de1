import { fail, type Result } from '../model/problem.ts';
import type { Clock } from '../ports/clock.ts';
import type { Http, HttpRequest, HttpResponse } from '../ports/http.ts';
import type { Budget } from './provider.ts';

/** Pauses before the second, third and fourth try, milliseconds; doubling, as the vendors ask of throttled clients. */
const pauses: readonly number[] = [200, 400, 800];

export interface Asking {
  readonly http: Http;
  readonly clock: Clock;
  /** Milliseconds for one request with all its tries (`metadata.timeout`). */
  readonly timeout: number;
}

/**
 * One request, tried again while the service is busy (429 or 5xx) or cut the connection, as long as the request's
 * time and the read's budget last. Any other status is given back as it is. Errors: those of {@link Http};
 * `metadata-busy` when it stayed busy.
 */
export async function ask(
  asking: Asking,
  request: Pick<HttpRequest, 'url' | 'method' | 'headers' | 'limit'>,
  budget: Budget,
): Promise<Result<HttpResponse>> {
  const { http, clock } = asking;
  const end = Math.min(clock.monotonic() + asking.timeout, budget.deadline);
  const signal = budget.signal === undefined ? {} : { signal: budget.signal };
  let answer: Result<HttpResponse> = fail(
    'metadata-timeout',
    request.url,
    'the time for reading the metadata is over',
  );
  for (const pause of [...pauses, null]) {
    const left = end - clock.monotonic();
    if (left <= 0 || budget.signal?.aborted === true) return answer;
    answer = verdict(await http.request({ ...request, ...signal, timeout: Math.ceil(left) }), request.url);
    if (!worthAnotherTry(answer)) return answer;
    if (pause === null || clock.monotonic() + pause >= end) return answer;
    await clock.sleep(pause, budget.signal);
  }
  return answer;
}

function verdict(answer: Result<HttpResponse>, url: string): Result<HttpResponse> {
  if (!answer.ok) return answer;
  const { status } = answer.value;
  const busy = status === 429 || (status >= 500 && status !== 501);
  return busy
    ? fail('metadata-busy', url, `the service answered ${status}`, 'it will be asked again later')
    : answer;
}

function worthAnotherTry(answer: Result<HttpResponse>): boolean {
  return (
    !answer.ok && (answer.problem.code === 'metadata-busy' || answer.problem.code === 'metadata-cut-off')
  );
}
