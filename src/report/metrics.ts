import type { InterfaceReport, Outcome, RunReport } from '../model/run.ts';
import { statusState } from './status.ts';

const outcomes: readonly Outcome[] = [
  'unchanged',
  'applied',
  'degraded',
  'rolled-back',
  'rollback-failed',
  'refused',
  'unknown',
  'failed',
];

interface Metric {
  readonly name: string;
  readonly help: string;
  readonly samples: readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[];
}

/** The report for node-exporter's textfile collector: Prometheus text format 0.0.4, gauges only. */
export function printMetrics(report: RunReport): string {
  const one = (value: number) => [{ labels: {}, value }];
  const metrics: readonly Metric[] = [
    {
      name: 'enid_up_to_date',
      help: '1 when every secondary NIC is as it should be, 0 otherwise.',
      samples: one(statusState(report) === 'ok' ? 1 : 0),
    },
    {
      name: 'enid_last_run_timestamp_seconds',
      help: 'When the last run that had something to tell began, Unix time.',
      samples: one(Date.parse(report.at) / 1000),
    },
    {
      name: 'enid_last_run_duration_seconds',
      help: 'How long it took.',
      samples: one(report.durationMs / 1000),
    },
    {
      name: 'enid_last_run_outcome',
      help: '1 for the outcome of the last run, 0 for the others.',
      samples: outcomes.map((outcome) => ({
        labels: { outcome },
        value: outcome === report.outcome ? 1 : 0,
      })),
    },
    { name: 'enid_problems', help: 'Problems of the last run.', samples: one(report.problems.length) },
    {
      name: 'enid_interface_configured',
      help: '1 when the NIC is configured; otherwise 0, with the reason.',
      samples: report.interfaces.map((nic) => ({
        labels: labelsOf(nic),
        value: nic.state === 'configured' ? 1 : 0,
      })),
    },
    {
      name: 'enid_interface_differences',
      help: 'Ways in which the kernel is not as desired.',
      samples: report.interfaces.map((nic) => ({ labels: labelsOf(nic), value: nic.differences.length })),
    },
  ];
  return metrics.map(printMetric).join('');
}

function labelsOf(nic: InterfaceReport): Readonly<Record<string, string>> {
  return {
    device: nic.name ?? '',
    mac: nic.mac,
    id: nic.id ?? '',
    role: nic.role,
    state: nic.state,
    reason: nic.reason ?? '',
  };
}

function printMetric({ name, help, samples }: Metric): string {
  const lines = samples.map(({ labels, value }) => {
    const pairs = Object.entries(labels).map(([key, text]) => `${key}="${escapeLabel(text)}"`);
    return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}`;
  });
  return lines.length === 0 ? '' : `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${lines.join('\n')}\n`;
}

/** Backslash, quote and newline are escaped in label values; nothing else is. */
function escapeLabel(text: string): string {
  return text.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n');
}
