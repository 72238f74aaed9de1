import type { Evidence } from '../model/stack.ts';
import type { Fetch, Provider } from './provider.ts';

/** What one process remembers between reads: which cloud it is in, its token, what the service knows. */
export interface MetadataSession {
  opened: Opened | null;
  /** Requests sent so far. */
  requests: number;
}

export interface Opened {
  /** The settings it was opened with; others open it anew. */
  readonly key: string;
  readonly provider: Provider;
  readonly evidence: readonly Evidence[];
  readonly fetch: Fetch;
}

/** A memory with nothing in it. */
export function openMetadata(): MetadataSession {
  return { opened: null, requests: 0 };
}
