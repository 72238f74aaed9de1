import type { Problem, Result } from '../model/problem.ts';
import type { Findings } from './findings.ts';

/**
 * `ok`: looked at and as it should be. `problem`: wrong now. `warning`: works now, and will or may go wrong, or is worth
 * knowing. `unknown`: could not be looked at; `found` says why.
 */
export const diagnosisStates = ['problem', 'warning', 'unknown', 'ok'] as const;
export type DiagnosisState = (typeof diagnosisStates)[number];

/** What a check says of one thing. */
export interface Verdict {
  readonly state: DiagnosisState;
  /** A NIC by its name, a path, a program, or {@link machine}. */
  readonly subject: string;
  /** What was found, without the subject: `is DOWN`. */
  readonly found: string;
  /** The command, or the step of enid or of the cloud, that mends it; empty where there is nothing to do. */
  readonly advice: string;
}

/** A verdict with the check it comes from: one entry of `enid doctor --json`. */
export interface Diagnosis extends Verdict {
  readonly check: string;
}

/** One thing that doctor looks at. A new one is a file in `checks/` and a line in `checks.ts`. */
export interface Check {
  /** For people and `--json`: lower case, hyphens. */
  readonly name: string;
  /**
   * Pure, and never empty: what could not be found out is `unknown`, never `ok`. Throws nothing.
   */
  readonly judge: (findings: Findings) => readonly Verdict[];
}

/** The subject of what concerns no single thing. */
export const machine = 'machine';

export function fine(subject: string, found: string): Verdict {
  return { state: 'ok', subject, found, advice: '' };
}

export function warning(subject: string, found: string, advice: string): Verdict {
  return { state: 'warning', subject, found, advice };
}

export function wrong(subject: string, found: string, advice: string): Verdict {
  return { state: 'problem', subject, found, advice };
}

/** Not looked at, for the reason given. */
export function unknown(subject: string, why: string, advice = ''): Verdict {
  return { state: 'unknown', subject, found: why, advice };
}

/** Judges what was found out, or says why it could not be. */
export function known<T>(
  found: Result<T>,
  judge: (value: T) => readonly Verdict[],
  subject: string = machine,
): readonly Verdict[] {
  return found.ok ? judge(found.value) : [unknown(subject, whyUnknown(found.problem))];
}

/** A problem as a reason: without its advice, which the check that looks for this problem gives. */
export function whyUnknown({ place, message }: Problem): string {
  return `${place}: ${message}`;
}

type Values<T> = { readonly [K in keyof T]: T[K] extends Result<infer V> ? V : never };

/** Several things found out, as one; the first problem stands for all. */
export function all<T extends Readonly<Record<string, Result<unknown>>>>(parts: T): Result<Values<T>> {
  const values: Record<string, unknown> = {};
  for (const [name, part] of Object.entries(parts)) {
    if (!part.ok) return part;
    values[name] = part.value;
  }
  return { ok: true, value: values as Values<T> };
}

/** The verdicts, or one that says that there was nothing to find fault with. */
export function orFine(verdicts: readonly Verdict[], subject: string, found: string): readonly Verdict[] {
  return verdicts.length > 0 ? verdicts : [fine(subject, found)];
}
