import { checks } from '../doctor/checks.ts';
import type { Diagnosis, DiagnosisState } from '../doctor/diagnosis.ts';
import type { Paint, Tone } from './paint.ts';
import { alignColumns } from './table.ts';

const tones: Readonly<Record<DiagnosisState, Tone>> = {
  problem: 'bad',
  warning: 'warning',
  unknown: 'faint',
  ok: 'good',
};

/** The form of `enid doctor --json`. */
export function doctorJson(diagnoses: readonly Diagnosis[]): string {
  const fields = diagnoses.map(({ check, state, subject, found, advice }) => ({
    check,
    state,
    subject,
    found,
    advice,
  }));
  return `${JSON.stringify({ schema: 1, checks: fields }, null, 2)}\n`;
}

/** One aligned line for what is wrong, with what mends it below; what is in order in one paragraph at the end. */
export function printDoctor(diagnoses: readonly Diagnosis[], paint: Paint): string {
  const told = withoutEchoes(diagnoses.filter(({ state }) => state !== 'ok'));
  const lines = alignColumns(
    told.map(({ state, check, subject, found }) => [
      paint(tones[state], state),
      check,
      paint('strong', subject),
      found,
    ]),
  ).split('\n');
  const body = told.flatMap(({ advice }, index) => {
    const line = lines[index] ?? '';
    return advice === '' ? [line] : [line, `${' '.repeat(indent)}${paint('faint', 'do:')} ${advice}`];
  });
  const paragraphs = [body.join('\n'), printQuiet(diagnoses, paint), printSum(diagnoses, paint)];
  return `${paragraphs.filter((paragraph) => paragraph !== '').join('\n\n')}\n`;
}

/** The width of the first column and the space behind it: `problem  `. */
const indent = 9;
/** Columns of the paragraph of what is in order, its indentation apart. */
const width = 90;

/** Checks that could not be made for one and the same reason share a line. */
function withoutEchoes(told: readonly Diagnosis[]): readonly Diagnosis[] {
  const seen = new Map<string, Diagnosis>();
  const names = new Map<string, Set<string>>();
  for (const diagnosis of told) {
    const { state, check, subject, found } = diagnosis;
    const key = state === 'unknown' ? `unknown ${subject} ${found}` : JSON.stringify(diagnosis);
    names.set(key, (names.get(key) ?? new Set()).add(check));
    if (!seen.has(key)) seen.set(key, diagnosis);
  }
  return [...seen].map(([key, diagnosis]) => {
    const others = (names.get(key)?.size ?? 1) - 1;
    return others === 0 ? diagnosis : { ...diagnosis, check: `${diagnosis.check} +${others}` };
  });
}

/** The names of the checks that found nothing wrong, as a paragraph. */
function printQuiet(diagnoses: readonly Diagnosis[], paint: Paint): string {
  const loud = new Set(diagnoses.filter(({ state }) => state !== 'ok').map(({ check }) => check));
  const quiet = checks.map(({ name }) => name).filter((name) => !loud.has(name));
  const lines: string[] = [];
  for (const word of quiet.map((name, index) => (index < quiet.length - 1 ? `${name},` : name))) {
    const last = lines[lines.length - 1];
    if (last === undefined || last.length + word.length >= width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  if (lines.length === 0) return '';
  const gap = ' '.repeat(indent);
  return `${paint('good', 'ok')}${gap.slice(2)}${lines.join(`\n${gap}`)}`;
}

function printSum(diagnoses: readonly Diagnosis[], paint: Paint): string {
  const count = (state: DiagnosisState): number => diagnoses.filter((one) => one.state === state).length;
  const said = [
    [count('problem'), 'problem', 'problems'],
    [count('warning'), 'warning', 'warnings'],
    [count('unknown'), 'could not be looked at', 'could not be looked at'],
  ] as const;
  const parts = said
    .filter(([number]) => number > 0)
    .map(([number, one, many]) => `${number} ${number === 1 ? one : many}`);
  const isWell = count('problem') === 0;
  const sum = parts.length === 0 ? 'nothing is wrong' : parts.join(', ');
  // "Troubleshoot issues when you cannot ping the public IP address": what is left lies outside of this machine.
  const beyond = 'if a peer still gets no answer, look at security groups, network ACLs and firewalls';
  return isWell ? `${paint('strong', sum)}; ${beyond}` : paint('strong', sum);
}
