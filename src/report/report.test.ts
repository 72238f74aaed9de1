import { describe, expect, test } from 'vitest';
import type { Mac } from '../model/mac.ts';
import { ok, type Problem, type ProblemCode, type Result } from '../model/problem.ts';
import type { InterfaceReport, Outcome, RunReport, TriggerKind } from '../model/run.ts';
import { exitCodeAtBoot, exitCodeOfProblem, exitCodeOfRun } from './exit-code.ts';
import { logLines, serviceStatus } from './lines.ts';
import { printMetrics } from './metrics.ts';
import { isNews } from './news.ts';
import { publish } from './publish.ts';
import { printStatusFile, statusOf } from './status.ts';

const problem = (code: ProblemCode): Problem => ({
  code,
  place: 'eth1',
  message: 'went wrong',
  advice: 'look',
});
const nic = (changes: Partial<InterfaceReport> = {}): InterfaceReport => ({
  name: 'eth1',
  mac: '00:16:3e:00:00:02' as Mac,
  id: 'eni-1',
  role: 'secondary',
  state: 'configured',
  reason: null,
  table: 21001,
  addresses: ['10.0.0.20/24'],
  files: ['/etc/netplan/60-enid-eth1.yaml'],
  differences: [],
  ...changes,
});
const report = (
  outcome: Outcome,
  changes: Partial<RunReport> = {},
  kind: TriggerKind = 'metadata',
): RunReport => ({
  at: '2024-01-01T00:00:00.000Z',
  trigger: { kind, detail: 'poll' },
  outcome,
  durationMs: 412.4,
  cloud: 'alibaba',
  distro: { id: 'ubuntu', version: '22.04', family: 'debian', pretty: 'Ubuntu 22.04' },
  stack: 'netplan',
  format: 'netplan',
  transaction: null,
  interfaces: [nic()],
  problems: [],
  done: [],
  notes: [],
  ...changes,
});
const pending = nic({ state: 'pending', reason: 'no-lease' });

describe('status', () => {
  test('status.json as documented', () => {
    expect(JSON.parse(printStatusFile(statusOf(report('applied', {}, 'link'))))).toEqual({
      schema: 1,
      state: 'ok',
      cloud: 'alibaba',
      distro: { id: 'ubuntu', version: '22.04' },
      stack: 'netplan',
      lastRun: {
        at: '2024-01-01T00:00:00.000Z',
        trigger: 'link',
        detail: 'poll',
        outcome: 'applied',
        durationMs: 412,
      },
      interfaces: [
        {
          name: 'eth1',
          mac: '00:16:3e:00:00:02',
          id: 'eni-1',
          role: 'secondary',
          state: 'configured',
          reason: null,
          table: 21001,
          addresses: ['10.0.0.20/24'],
          files: ['/etc/netplan/60-enid-eth1.yaml'],
          differences: [],
        },
      ],
      problems: [],
      notes: [],
    });
  });

  test.each<[Outcome, InterfaceReport, string]>([
    ['unchanged', nic(), 'ok'],
    ['applied', nic(), 'ok'],
    ['unchanged', pending, 'degraded'],
    ['unchanged', nic({ role: 'ignored', state: 'excluded', reason: 'excluded' }), 'ok'],
    ['degraded', nic(), 'degraded'],
    ['unknown', nic(), 'degraded'],
    ['rolled-back', nic(), 'degraded'],
    ['rollback-failed', nic(), 'failed'],
    ['refused', nic(), 'failed'],
    ['failed', nic(), 'failed'],
  ])('%s with a NIC %j is %s', (outcome, entry, state) => {
    expect(statusOf(report(outcome, { interfaces: [entry] })).state).toBe(state);
  });
});

describe('news', () => {
  test('a poll that finds all as it was is none, whenever it was and however long it took', () => {
    const later = report('unchanged', { at: '2025-01-01T00:00:00.000Z', durationMs: 3 });
    expect(isNews(later, report('applied', {}, 'link'))).toBe(false);
    expect(
      isNews(
        report('unknown', { problems: [problem('metadata-timeout')] }),
        report('unknown', { problems: [problem('metadata-timeout')] }),
      ),
    ).toBe(false);
  });

  test.each([
    ['the first', report('unchanged'), null],
    ['a change', report('applied'), report('applied')],
    ['another reason', report('unchanged', { interfaces: [pending] }), report('unchanged')],
    ['a problem', report('unknown', { problems: [problem('metadata-timeout')] }), report('unchanged')],
    ['its end', report('unchanged'), report('unknown', { problems: [problem('metadata-timeout')] })],
    ['what a person asked for', report('unchanged', {}, 'manual'), report('unchanged')],
  ])('%s is', (_what, now, before) => {
    expect(isNews(now, before)).toBe(true);
  });
});

describe('publishing', () => {
  const world = (write: Result<void> = ok(undefined)) => {
    const told: string[] = [];
    const note = (level: string) => (message: string) => void told.push(`${level} ${message}`);
    const ports = {
      files: {
        write: (path: string) => {
          told.push(`write ${path}`);
          return Promise.resolve(write);
        },
      },
      log: { error: note('error'), warn: note('warn'), info: note('info'), debug: note('debug') },
      notify: { status: (text: string) => Promise.resolve(void told.push(`status ${text}`)) },
    };
    return { told, ports: ports as unknown as Parameters<typeof publish>[0] };
  };

  test('nothing new: no line, no write, no message', async () => {
    const { ports, told } = world();
    await publish(ports, report('unchanged'), report('unchanged'), '/var/lib/metrics/enid.prom');
    expect(told).toEqual([]);
  });

  test('news: the log, the service manager, status.json and the metrics', async () => {
    const { ports, told } = world();
    await publish(ports, report('applied'), null, '/var/lib/metrics/enid.prom');
    expect(told).toEqual([
      'info applied',
      'status ok: 1 of 1 secondary NICs configured',
      'write /run/enid/status.json',
      'write /var/lib/metrics/enid.prom',
    ]);
  });

  test('what cannot be written is told and fails nothing', async () => {
    const { ports, told } = world({ ok: false, problem: problem('file-unwritable') });
    const problems = await publish(ports, report('applied'), null, null);
    expect(problems).toEqual([problem('file-unwritable')]);
    expect(told[told.length - 1]).toBe('warn the report could not be written');
  });
});

test('the log says what is pending and names each problem; the level follows the outcome', () => {
  const degraded = logLines(
    report('degraded', { interfaces: [pending], done: ['wrote a', 'wrote b'] }),
    null,
  );
  expect(degraded).toMatchObject([
    { level: 'warn', fields: { pending: 'eth1: no-lease', done: 'wrote a; wrote b' } },
  ]);
  const failed = logLines(report('rolled-back', { problems: [problem('harm')] }), null);
  expect(failed.map(({ level, message }) => [level, message])).toEqual([
    ['error', 'the change was put back'],
    ['error', 'harm: eth1: went wrong; look'],
  ]);
  expect(serviceStatus(report('degraded', { interfaces: [pending], problems: [problem('locked')] }))).toBe(
    'degraded: 0 of 1 secondary NICs configured (eth1: no-lease); locked: went wrong',
  );
});

test('a note is logged once, is in status.json as long as it holds, and is no failure', () => {
  const before = report('applied', { notes: ['one'] });
  const now = report('unchanged', { notes: ['one', 'two'] });

  expect(logLines(before, null).map(({ level, message }) => [level, message])).toEqual([
    ['info', 'applied'],
    ['info', 'one'],
  ]);
  expect(logLines(now, before).map(({ message }) => message)).toEqual(['nothing to do', 'two']);
  expect([isNews(now, before), isNews(now, now)]).toEqual([true, false]);
  expect(statusOf(now)).toMatchObject({ state: 'ok', notes: ['one', 'two'] });
});

test('exit codes', () => {
  const byOutcome = (
    ['unchanged', 'applied', 'degraded', 'rolled-back', 'unknown', 'rollback-failed', 'failed'] as const
  ).map((outcome) => exitCodeOfRun({ outcome, problems: [] }));
  expect(byOutcome).toEqual([0, 0, 3, 3, 75, 1, 1]);
  const byCode = (
    [
      'usage',
      'config-invalid',
      'not-root',
      'container',
      'metadata-hardened',
      'provider-unknown',
      'rolled-back',
      'locked',
      'file-unreadable',
    ] as const
  ).map((code) => exitCodeOfProblem({ code }));
  expect(byCode).toEqual([2, 2, 4, 4, 75, 75, 3, 1, 1]);
  expect(exitCodeOfRun({ outcome: 'refused', problems: [problem('container')] })).toBe(4);
  expect([0, 1, 2, 3, 4, 75].map(exitCodeAtBoot)).toEqual([0, 1, 2, 0, 0, 0]);
});

test('metrics are Prometheus text, labels escaped', () => {
  const text = printMetrics(report('applied', { interfaces: [nic({ id: 'a"b\\c\nd' })] }));

  for (const line of text.trimEnd().split('\n')) {
    expect(line).toMatch(
      /^(# (HELP|TYPE) enid_\w+ .+|enid_\w+(\{(\w+="([^"\\\n]|\\["\\n])*",?)+\})? -?[\d.]+)$/,
    );
  }
  expect(text).toContain('enid_last_run_outcome{outcome="applied"} 1\n');
  expect(text).toContain('id="a\\"b\\\\c\\nd"');
  expect(text).toContain('enid_last_run_timestamp_seconds 1704067200\n');
  expect(printMetrics(report('applied', { interfaces: [] }))).not.toContain('enid_interface');
});
