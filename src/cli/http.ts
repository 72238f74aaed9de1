import { fail } from '../model/problem.ts';
import type { Clock } from '../ports/clock.ts';
import type { Http } from '../ports/http.ts';

/** HTTP that is over at `until` (monotonic milliseconds), however long a request was meant to take. */
export function waitingHttp(http: Http, clock: Pick<Clock, 'monotonic'>, until: number): Http {
  return {
    request(request) {
      const left = Math.floor(until - clock.monotonic());
      if (left > 0) return http.request({ ...request, timeout: Math.min(request.timeout, left) });
      return Promise.resolve(fail('metadata-timeout', request.url, 'no answer within the time of --wait'));
    },
  };
}
