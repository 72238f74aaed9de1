import { describeProblem } from '../model/problem.ts';
import type { InterfaceReport, Outcome, RunReport } from '../model/run.ts';
import type { LogFields, LogLevel } from '../ports/log.ts';
import { statusState } from './status.ts';

/** One line of the log; `message` is fixed, so that lines can be grouped. */
export interface LogLine {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

const messages: Readonly<Record<Outcome, string>> = {
  unchanged: 'nothing to do',
  applied: 'applied',
  degraded: 'applied, but not everything is as it should be',
  'rolled-back': 'the change was put back',
  'rollback-failed': 'the change could not be put back whole',
  refused: 'refused',
  unknown: 'nothing changed: the metadata is not known',
  failed: 'failed',
};

/** The run in one line, a line for each problem, and one for each note that the report before did not have. */
export function logLines(report: RunReport, before: RunReport | null): readonly LogLine[] {
  const run: LogLine = {
    level: levelOf(report),
    message: messages[report.outcome],
    fields: {
      trigger: report.trigger.kind,
      why: report.trigger.detail,
      ms: Math.round(report.durationMs),
      done: report.done.length === 0 ? undefined : report.done.join('; '),
      pending: incomplete(report),
      transaction: report.transaction ?? undefined,
    },
  };
  const level = run.level === 'info' ? 'warn' : run.level;
  return [
    run,
    ...report.problems.map((problem) => ({ level, message: describeProblem(problem), fields: {} })),
    ...report.notes
      .filter((note) => before?.notes.includes(note) !== true)
      .map((note): LogLine => ({ level: 'info', message: note, fields: {} })),
  ];
}

/** The STATUS text of sd_notify, shown by `systemctl status`: one line. */
export function serviceStatus(report: RunReport): string {
  const secondaries = report.interfaces.filter((nic) => nic.role === 'secondary');
  const configured = secondaries.filter((nic) => nic.state === 'configured').length;
  const waiting = incomplete(report);
  const [problem] = report.problems;
  const trouble = problem === undefined ? '' : `; ${problem.code}: ${problem.message}`;
  const nics = `${configured} of ${secondaries.length} secondary NICs configured`;
  return `${statusState(report)}: ${nics}${waiting === undefined ? '' : ` (${waiting})`}${trouble}`;
}

function incomplete(report: RunReport): string | undefined {
  const parts = report.interfaces
    .filter((nic) => nic.role === 'secondary' && nic.state !== 'configured')
    .map((nic) => [`${nic.name ?? nic.mac}: ${nic.reason ?? nic.state}`, ...refusals(nic)].join(': '));
  return parts.length === 0 ? undefined : parts.join(', ');
}

/** The values that were refused, by name. */
function refusals({ reason, details = [] }: InterfaceReport): readonly string[] {
  return reason?.endsWith('-refused') === true ? [details.join(' and ')] : [];
}

/** What a person took back is no error; what was put back for a reason is. */
function levelOf(report: RunReport): LogLevel {
  const { outcome, problems } = report;
  const isPutBack = outcome === 'rolled-back';
  if (statusState(report) === 'failed' || (isPutBack && problems.length > 0)) return 'error';
  return isPutBack || outcome === 'degraded' || outcome === 'unknown' ? 'warn' : 'info';
}
