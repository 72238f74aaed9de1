import { isPending, type Plan } from '../agent/plan.ts';
import type { FileChange } from '../model/file.ts';
import type { Mac } from '../model/mac.ts';
import { describeProblem } from '../model/problem.ts';
import type { Reason } from '../model/reason.ts';
import { commandOf, type Step } from '../model/step.ts';
import { unifiedDiff } from '../transaction/diff.ts';
import type { Paint, Tone } from './paint.ts';

/** What a plan does, in the order in which it is done: the same for people and programs. */
interface PlannedStep {
  readonly when: 'before the files' | 'after the files' | 'if NICs are still not right';
  /** The command as people read it. */
  readonly command: string;
  readonly argv: readonly string[];
  readonly why: string;
}

function stepsOf({ activation }: Plan): readonly PlannedStep[] {
  const planned = (when: PlannedStep['when']) => (step: Step) => ({
    when,
    command: commandOf(step),
    argv: step.argv,
    why: step.why,
  });
  return [
    ...activation.release.map(planned('before the files')),
    ...activation.takeUp.map(planned('after the files')),
    ...activation.service.map(planned('if NICs are still not right')),
  ];
}

/** Without steps of the stack `ip` sets at once what differs; with them only what they leave. */
function ipLines({ activation }: Plan): readonly string[] {
  return activation.batch.map(({ family, line }) => {
    const option = family === 'ipv6' ? ' -6' : family === 'ipv4' ? ' -4' : '';
    return `ip${option} ${line}`;
  });
}

interface LeftAlone {
  readonly name: string | null;
  readonly mac: Mac;
  readonly reason: Reason;
  readonly detail: string;
}

/** NICs that get nothing, and values of other NICs that are left out, each with its reason. */
function leftAlone({ intention }: Plan): readonly LeftAlone[] {
  const { setAside, secondaries } = intention.wanted.network;
  return [
    ...setAside.map(({ name, mac, reason, detail }) => ({ name, mac, reason, detail })),
    ...secondaries.flatMap(({ name, mac, refused = [] }) =>
      refused.map(({ reason, detail }) => ({ name, mac, reason, detail })),
    ),
  ];
}

const endings = {
  machine: {
    pending: 'To do it: enid reconfigure',
    done: 'Nothing to do: files and kernel are as they should be.',
  },
  image: {
    pending: 'The first run on a machine that boots this image does it.',
    done: 'Nothing to do: the files are as they should be.',
  },
} as const;

/** `enid plan` for people: the diff, then the commands, then what is left alone and why. */
export function printPlan(plan: Plan, paint: Paint, place: keyof typeof endings): string {
  const { files, sysctls, differences, wanted, forwarding } = plan.intention;
  const steps = stepsOf(plan);
  const sections = [
    ...files.changes.map((change) => paintDiff(unifiedDiff(change), paint)),
    section(
      'commands',
      (isPending(plan) ? steps : []).map(({ command, why, when }) => `${command}  # ${why}; ${when}`),
      paint,
    ),
    section('ip', isPending(plan) ? ipLines(plan) : [], paint),
    section(
      'sysctls',
      sysctls.set.map(({ key, value }) => `${key} = ${value}`),
      paint,
    ),
    section(
      'differences',
      differences.map(({ text }) => text),
      paint,
    ),
    ...files.kept.map(({ path, problem, change }) => {
      const head = `${paint('warning', `${path}: ${problem.message} (${problem.code}); it is left as it is`)}\n  ${problem.advice}`;
      return `${head}\n${paintDiff(unifiedDiff(change), paint)}`;
    }),
    section(
      'left alone',
      leftAlone(plan).map(({ name, mac, reason, detail }) => `${name ?? mac}: ${reason}: ${detail}`),
      paint,
    ),
    section('notes', [...wanted.notes, ...forwarding.notes], paint),
    ...forwarding.problems.map((problem) => paint('warning', describeProblem(problem))),
  ].filter((text) => text !== '');
  const end = isPending(plan)
    ? endings[place].pending
    : files.kept.length > 0
      ? 'Nothing will be done: what is left as it is waits for you.'
      : endings[place].done;
  return `${[...sections.map((text) => text.trimEnd()), end].join('\n\n')}\n`;
}

function section(title: string, lines: readonly string[], paint: Paint): string {
  return lines.length === 0
    ? ''
    : [`${paint('strong', title)}:`, ...lines.map((line) => `  ${line}`)].join('\n');
}

function paintDiff(diff: string, paint: Paint): string {
  const tone = (line: string): Tone | null => {
    if (line.startsWith('+++') || line.startsWith('---')) return 'strong';
    return line.startsWith('+')
      ? 'good'
      : line.startsWith('-')
        ? 'bad'
        : line.startsWith('@@')
          ? 'faint'
          : null;
  };
  const lines = diff.split('\n').map((line) => {
    const found = tone(line);
    return found === null ? line : paint(found, line);
  });
  return lines.join('\n');
}

export function planJson(plan: Plan): string {
  const { files, sysctls, differences, wanted, forwarding } = plan.intention;
  const json = {
    schema: 1,
    pending: isPending(plan),
    files: files.changes.map(fileJson),
    kept: files.kept.map(({ problem, change }) => ({
      ...fileJson(change),
      code: problem.code,
      message: problem.message,
    })),
    steps: stepsOf(plan),
    ip: isPending(plan) ? ipLines(plan) : [],
    sysctls: sysctls.set,
    differences: differences.map(({ text }) => text),
    leftAlone: leftAlone(plan),
    notes: [...wanted.notes, ...forwarding.notes],
    problems: forwarding.problems,
  };
  return `${JSON.stringify(json, null, 2)}\n`;
}

function fileJson(change: FileChange): object {
  const mode = change.after === null ? null : change.after.mode.toString(8).padStart(4, '0');
  return { path: change.path, action: change.action, mode, mac: change.mac, diff: unifiedDiff(change) };
}
