import type { RunReport } from '../model/run.ts';
import { statusOf } from './status.ts';

/**
 * Is there anything to tell that the report before did not? An idle daemon's runs say no: then nothing is written,
 * logged or sent. A run that a person, a new configuration or a boot asked for is always told, and so is a change.
 */
export function isNews(report: RunReport, before: RunReport | null): boolean {
  if (before === null || report.outcome === 'applied') return true;
  const asked =
    report.trigger.kind !== 'metadata' && report.trigger.kind !== 'link' && report.trigger.kind !== 'drift';
  return asked || substance(report) !== substance(before);
}

/** Everything that a reader of status.json acts on; which run told it is not part of it. */
function substance(report: RunReport): string {
  return JSON.stringify({ ...statusOf(report), lastRun: null });
}
