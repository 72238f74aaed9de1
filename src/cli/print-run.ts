import type { RunReport } from '../model/run.ts';
import { statusOf } from '../report/status.ts';
import type { Paint } from './paint.ts';
import { printStatus } from './print-status.ts';

/** One run for people: what was done, and how the NICs are now. `undo`: the transaction that can be taken back, if any. */
export function printRun(report: RunReport, undo: string | null, now: Date, paint: Paint): string {
  const done = report.done.map((sentence) => `  ${sentence}`);
  const hint = undo === null ? [] : [`  undo it with: enid rollback ${undo}`];
  const lines = done.length === 0 ? '' : `${[...done, ...hint].join('\n')}\n\n`;
  return lines + printStatus(statusOf(report), now, paint);
}

/** `enid status --json`, with what was done and the transaction for `enid rollback`; null: there is none. */
export function runJson(report: RunReport, undo: string | null): string {
  const { done } = report;
  return `${JSON.stringify({ ...statusOf(report), transaction: undo, done }, null, 2)}\n`;
}
