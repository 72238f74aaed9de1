/**
 * Every expected failure, one code each. A code is part of the interface: scripts and dashboards match on it,
 * so codes are only ever added. Anything not on this list is a bug and is thrown.
 */
export type ProblemCode =
  // arguments and configuration (exit 2)
  | 'usage'
  | 'config-unreadable'
  | 'config-invalid'
  // refused here (exit 4)
  | 'not-root'
  | 'container'
  // metadata (exit 75)
  | 'provider-unknown'
  | 'metadata-unreachable'
  | 'metadata-timeout'
  | 'metadata-cut-off'
  | 'metadata-too-large'
  | 'metadata-not-found'
  | 'metadata-empty'
  | 'metadata-busy'
  | 'metadata-token-expired'
  | 'metadata-hardened'
  | 'metadata-disabled'
  | 'metadata-proxied'
  | 'metadata-malformed'
  | 'metadata-incomplete'
  | 'metadata-disagrees'
  // values
  | 'bad-address'
  | 'bad-prefix'
  | 'bad-mac'
  | 'control-character'
  // the kernel
  | 'kernel-unreadable'
  | 'command-missing'
  | 'command-failed'
  | 'command-timeout'
  // desired network
  | 'no-primary'
  | 'no-slot'
  | 'table-conflict'
  | 'mark-conflict'
  // distribution and stack
  | 'stack-unknown'
  | 'version-unknown'
  // rendering
  | 'template-missing'
  | 'template-error'
  | 'template-output'
  | 'rejected-by-consumer'
  // files and state
  | 'file-unreadable'
  | 'file-too-large'
  | 'file-not-regular'
  | 'file-untrusted'
  | 'file-unwritable'
  | 'edited'
  | 'unmanaged'
  | 'state-corrupt'
  // transactions
  | 'journal-corrupt'
  | 'journal-version'
  | 'locked'
  | 'deadman-unarmed'
  | 'harm'
  | 'rolled-back'
  | 'rollback-failed'
  | 'no-transaction'
  | 'contested';

/** An expected failure: what went wrong, where, and what the reader can do about it. */
export interface Problem {
  readonly code: ProblemCode;
  /** The file (with line), address, URL, command or key concerned. */
  readonly place: string;
  /** What happened, one sentence without the place. */
  readonly message: string;
  /** What to do now, one sentence; empty when there is nothing to do. */
  readonly advice: string;
  /** What was found wrong at the same time, each with a place of its own; absent for nothing. */
  readonly also?: readonly Problem[];
}

/** The value, or the reason why there is none. Expected failures travel as values; `throw` is for bugs. */
export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: Problem };

export function ok<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function fail(
  code: ProblemCode,
  place: string,
  message: string,
  advice = '',
): { ok: false; problem: Problem } {
  return { ok: false, problem: { code, place, message, advice } };
}

/** One line for people and logs: `code: place: message; advice`, then what was found wrong beside it. */
export function describeProblem(problem: Problem): string {
  const [first = '', ...others] = [problem, ...(problem.also ?? [])].map(({ place, message, advice }) =>
    advice === '' ? `${place}: ${message}` : `${place}: ${message}; ${advice}`,
  );
  return [`${problem.code}: ${first}`, ...others].join(' | also ');
}
