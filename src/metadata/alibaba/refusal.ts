import { fail, type Result } from '../../model/problem.ts';
import type { HttpResponse } from '../../ports/http.ts';

/** The three documented reasons for a 403 (Alibaba Cloud, "View instance metadata"). */

/** The instance is in security hardening mode only (HttpTokens=required) and no token was sent. */
export function metadataHardened(url: string): Result<never> {
  const advice =
    'set metadata.token to auto, or let the instance accept requests without a token (HttpTokens=optional)';
  return fail('metadata-hardened', url, 'the service wants a token and was sent none', advice);
}

/** HttpEndpoint=disabled */
export function metadataDisabled(url: string): Result<never> {
  const advice = 'enable it for the instance (ModifyInstanceMetadataOptions, HttpEndpoint=enabled)';
  return fail(
    'metadata-disabled',
    url,
    'the metadata service is switched off for this instance (403)',
    advice,
  );
}

/** The request arrived with X-Forwarded-For. */
export function metadataProxied(url: string): Result<never> {
  const advice =
    'take the proxy out of the way to the metadata service, which refuses requests that carry X-Forwarded-For';
  return fail(
    'metadata-proxied',
    url,
    'the service refused the request (403) as coming through a proxy',
    advice,
  );
}

/** Headers that only something in between adds (RFC 9110 section 7.6.3, RFC 7239, and customs of caches). */
const proxyHeaders = ['via', 'forwarded', 'x-forwarded-for', 'x-cache', 'x-squid-error', 'proxy-connection'];

/** True when the answer itself shows that it came through, or from, a proxy. */
export function passedAProxy(answer: HttpResponse): boolean {
  return proxyHeaders.some((name) => name in answer.headers) || /x-forwarded-for/i.test(answer.body);
}
