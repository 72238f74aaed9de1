import type { RunReport } from '../model/run.ts';
import { statusOf } from '../report/status.ts';
import type { Paint } from './paint.ts';
import { printStatus } from './print-status.ts';

/** One run for people: what was done, and how the NICs are now. */
export function printRun(report: RunReport, now: Date, paint: Paint): string {
  const done = report.done.map((sentence) => `  ${sentence}`);
  const undo = report.transaction === null ? [] : [`  undo it with: enid rollback ${report.transaction}`];
  const lines = done.length === 0 ? '' : `${[...done, ...undo].join('\n')}\n\n`;
  return lines + printStatus(statusOf(report), now, paint);
}

/** `enid status --json`, with what was done and the transaction for `enid rollback`. */
export function runJson(report: RunReport): string {
  const { transaction, done } = report;
  return `${JSON.stringify({ ...statusOf(report), transaction, done }, null, 2)}\n`;
}
