import type { Problem } from '../model/problem.ts';
import type { RunReport } from '../model/run.ts';
import type { Files } from '../ports/files.ts';
import type { Ports } from '../ports/ports.ts';
import { logLines, serviceStatus } from './lines.ts';
import { printMetrics } from './metrics.ts';
import { isNews } from './news.ts';
import { printStatusFile, statusOf, statusPath } from './status.ts';

/**
 * Tells a report: the log, status.json, the service manager and, where configured, the metrics file. Nothing at all
 * happens when the report before said the same. What cannot be written is logged and returned; it fails no run.
 */
export async function publish(
  ports: Pick<Ports, 'files' | 'log' | 'notify'>,
  report: RunReport,
  before: RunReport | null,
  metricsFile: string | null,
): Promise<readonly Problem[]> {
  if (!isNews(report, before)) return [];
  for (const { level, message, fields } of logLines(report, before)) ports.log[level](message, fields);
  await ports.notify.status(serviceStatus(report));
  return writeReport(ports, report, metricsFile);
}

/** The files alone: what a one-shot command leaves, since it prints the rest. */
export async function writeReport(
  ports: Pick<Ports, 'files' | 'log'>,
  report: RunReport,
  metricsFile: string | null,
): Promise<readonly Problem[]> {
  // A run that learnt nothing leaves what the last one said: unknown is not empty.
  if (report.interfaces.length === 0 && (await tellsOfInterfaces(ports.files))) return [];
  const writes = [
    ports.files.write(statusPath, printStatusFile(statusOf(report)), { mode: 0o644 }),
    ...(metricsFile === null ? [] : [ports.files.write(metricsFile, printMetrics(report), { mode: 0o644 })]),
  ];
  const problems: Problem[] = [];
  for (const written of await Promise.all(writes)) {
    if (written.ok) continue;
    problems.push(written.problem);
    ports.log.warn('the report could not be written', {
      file: written.problem.place,
      why: written.problem.message,
    });
  }
  return problems;
}

async function tellsOfInterfaces(files: Pick<Files, 'readText'>): Promise<boolean> {
  const former = await files.readText(statusPath);
  return former.ok && former.value !== null && /"interfaces": ?\[\s*\{/.test(former.value);
}
