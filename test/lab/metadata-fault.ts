/** How the metadata service fails. */
export type FaultKind =
  /** 404 with an HTML body, as for a leaf that does not exist. */
  | '404'
  /** 200 without a body. */
  | 'empty'
  | '503'
  | '429'
  | '403'
  /** 200 with half of the announced body, then the connection is reset. */
  | 'cut'
  /** 200 with half of the body, announced as whole. */
  | 'truncated'
  /** 200 with an HTML page. */
  | 'html'
  /** Nothing is ever answered. */
  | 'hang'
  /** The connection is reset at once. */
  | 'reset';

export interface Fault {
  readonly kind: FaultKind;
  /** Which requests: all, `meta-data/all`, the leaves, lists and documents, or the token. */
  readonly on: 'everything' | 'all' | 'leaves' | 'token';
}

/** What the service is told; each setting stays until it is told anew. */
export interface MetadataSettings {
  /** Alibaba Cloud's tree. */
  readonly leaves: Readonly<Record<string, string>>;
  /** Any other cloud's, by the whole path. */
  readonly documents: Readonly<Record<string, string>>;
  readonly fault: Fault | null;
  /** Milliseconds before each answer. */
  readonly delay: number;
  /** Hardened mode: a GET without a valid token is 403. */
  readonly hardened: boolean;
  /** False: `meta-data/all` does not exist (404), as on older regions. */
  readonly hasAll: boolean;
}

/** What the service says of itself. */
export interface MetadataSeen {
  /** Every request since the last reset, e.g. `GET /2016-01-01/meta-data/all`. */
  readonly requests: readonly string[];
  /** The addresses that they were sent to, each once: `100.100.100.200`. */
  readonly hosts: readonly string[];
}

export type MetadataCommand =
  | { readonly do: 'set'; readonly settings: Partial<MetadataSettings> }
  | { readonly do: 'seen' }
  | { readonly do: 'reset' };
