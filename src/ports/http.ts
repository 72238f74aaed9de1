import type { Result } from '../model/problem.ts';

export interface HttpRequest {
  readonly url: string;
  readonly method?: 'GET' | 'PUT';
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds for the whole exchange, body included. */
  readonly timeout: number;
  /** Bytes; a longer body is `metadata-too-large`. Default 1 MiB. */
  readonly limit?: number;
  readonly signal?: AbortSignal;
  /** Bind to this address (the primary's). */
  readonly localAddress?: string;
  /** Make a connection for this request alone: one that is kept open shows nothing of the way that a new one takes. */
  readonly isAlone?: boolean;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** UTF-8. */
  readonly body: string;
}

/**
 * HTTP to link-local metadata services: no proxy (the environment is ignored), no redirects (a 3xx is returned as it
 * is), bodies capped. Errors: `metadata-unreachable` (refused, no route, name unknown), `metadata-timeout`,
 * `metadata-cut-off` (closed before the end of the body), `metadata-too-large`, `metadata-malformed` (not UTF-8).
 */
export interface Http {
  request(request: HttpRequest): Promise<Result<HttpResponse>>;
}
