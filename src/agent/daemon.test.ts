import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Mac } from '../model/mac.ts';
import type { InterfaceReport, Outcome, RunReport, Trigger } from '../model/run.ts';
import type { Following } from '../ports/exec.ts';
import { nodePorts } from '../ports/node/ports.ts';
import type { Ports } from '../ports/ports.ts';
import { type DaemonOptions, runDaemon } from './daemon.ts';

const mac = '00:16:3e:00:00:02' as Mac;
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
async function eventually(check: () => boolean): Promise<boolean> {
  for (let tries = 0; tries < 250 && !check(); tries++) await pause(20);
  return check();
}

/** The real file system below a directory, the real clock, and a kernel that says what the test says. */
function lab(
  options: Partial<DaemonOptions> = {},
  answer: (trigger: Trigger, run: number) => Partial<RunReport> = () => ({}),
  notify: Partial<Ports['notify']> = {},
) {
  const root = mkdtempSync(join(tmpdir(), 'enid-daemon-'));
  mkdirSync(join(root, 'run/enid/trigger'), { recursive: true });
  mkdirSync(join(root, 'etc/enid'), { recursive: true });
  const told: string[] = [];
  const runs: { trigger: Trigger; at: number; end: number }[] = [];
  let hear: (line: string) => void = () => {};
  let monitors = 0;
  let hangup = () => {};
  const stopping = new AbortController();
  const real = nodePorts({ root, logLevel: 'error' });
  const note = (level: string) => (message: string) => void told.push(`${level}: ${message}`);
  const ports: Ports = {
    ...real,
    exec: {
      ...real.exec,
      run: () => Promise.resolve({ ok: true, value: { exitCode: 0, stdout: '', stderr: '' } }),
      follow(_argv, onLine): Following {
        monitors++;
        hear = onLine;
        let end: (code: number | null) => void = () => {};
        const ended = new Promise<number | null>((resolve) => {
          end = resolve;
        });
        return { started: Promise.resolve(null), ended, stop: () => end(null) };
      },
    },
    log: { error: note('error'), warn: note('warn'), info: note('info'), debug: () => {} },
    notify: {
      ready: (text) => Promise.resolve(void told.push(`ready: ${text}`)),
      status: (text) => Promise.resolve(void told.push(`status: ${text}`)),
      watchdog: () => Promise.resolve(told.push('watchdog') > 0),
      stopping: () => Promise.resolve(void told.push('stopping')),
      watchdogInterval: null,
      ...notify,
    },
  };
  const removed = new Set<Mac>();
  const running = runDaemon(ports, {
    configPath: '/etc/enid/config.yaml',
    pid: process.pid,
    removed,
    linkLosses: new Map(),
    stopping: stopping.signal,
    onHangup: (listener) => {
      hangup = listener;
    },
    random: () => 0.5,
    async run(trigger) {
      const entry = { trigger, at: performance.now(), end: 0 };
      runs.push(entry);
      await pause(20);
      entry.end = performance.now();
      return report(trigger, answer(trigger, runs.length));
    },
    ...options,
  });
  return {
    root,
    told,
    runs,
    removed,
    running,
    kinds: () => runs.map(({ trigger }) => trigger.kind),
    hear: (line: string) => hear(line),
    monitors: () => monitors,
    hangup: () => hangup(),
    async stop() {
      stopping.abort();
      await running;
      rmSync(root, { recursive: true });
    },
    stopping,
  };
}

function report(trigger: Trigger, changes: Partial<RunReport>): RunReport {
  const outcome: Outcome = 'unchanged';
  const nothing = {
    cloud: null,
    distro: null,
    stack: null,
    format: null,
    transaction: null,
    interfaces: [],
    problems: [],
    done: [],
    notes: [],
  };
  return { at: '2024-01-01T00:00:00.000Z', trigger, outcome, durationMs: 1, ...nothing, ...changes };
}

const link = (name: string, flags = 'BROADCAST,MULTICAST') =>
  `5: ${name}: <${flags}> mtu 1500 \\    link/ether ${mac} brd ff:ff:ff:ff:ff:ff`;
const unlisted: InterfaceReport = {
  name: 'eth1',
  mac,
  id: null,
  role: 'secondary',
  state: 'pending',
  reason: 'not-in-metadata',
  table: null,
  addresses: [],
  files: [],
  differences: [],
};

describe('the daemon', () => {
  let daemon: ReturnType<typeof lab>;
  beforeEach(() => {
    daemon = lab();
  });
  afterEach(() => daemon.stop());

  test('is ready after the first look, runs for the boot, and tells it', async () => {
    const status = () => JSON.parse(readFileSync(join(daemon.root, 'run/enid/status.json'), 'utf8'));
    expect(await eventually(() => daemon.told.length >= 3 && status().state === 'ok')).toBe(true);

    expect(daemon.kinds()).toEqual(['boot']);
    expect(daemon.told[0]).toMatch(/^ready: /);
    expect(status()).toMatchObject({
      state: 'ok',
      lastRun: { trigger: 'boot', outcome: 'unchanged' },
    });
  });

  test('a link event runs within half a second; a burst is one run, and one more for what came during it', async () => {
    await eventually(() => daemon.runs.length === 1 && daemon.monitors() === 1);
    await pause(50);
    const at = performance.now();
    daemon.hear(link('eth1'));
    daemon.hear(link('eth1', 'UP'));
    daemon.hear(link('eth1', 'UP,LOWER_UP'));
    await eventually(() => daemon.runs.length === 2);
    daemon.hear(link('eth2'));
    daemon.hear(link('eth2', 'UP'));
    await eventually(() => daemon.runs.length === 3);
    await pause(400);

    expect(daemon.kinds()).toEqual(['boot', 'link', 'link']);
    expect(daemon.runs[1]?.trigger.detail).toBe('eth1 appeared, eth1 is up, eth1 has carrier');
    expect((daemon.runs[1]?.at ?? Infinity) - at).toBeLessThan(300);
    expect(daemon.runs[2]?.at ?? 0).toBeGreaterThanOrEqual(daemon.runs[1]?.end ?? Infinity);
  });

  test('the MAC of a removed link is kept until a link has it again', async () => {
    await eventually(() => daemon.runs.length === 1);
    daemon.hear(`Deleted ${link('eth1')}`);
    expect([...daemon.removed]).toEqual([mac]);
    daemon.hear(link('eth7'));
    expect([...daemon.removed]).toEqual([]);
  });

  test('a trigger file, a changed configuration and SIGHUP each lead to a run; the trigger file is gone', async () => {
    await eventually(() => daemon.runs.length === 1);
    await pause(300);
    writeFileSync(join(daemon.root, 'run/enid/trigger/link-eth1'), '');
    expect(await eventually(() => daemon.kinds().includes('link'))).toBe(true);
    expect(readdirSync(join(daemon.root, 'run/enid/trigger'))).toEqual([]);
    writeFileSync(join(daemon.root, 'etc/enid/config.yaml'), 'dns: true\n');
    expect(await eventually(() => daemon.kinds().includes('config'))).toBe(true);
    daemon.hangup();
    expect(await eventually(() => daemon.kinds().includes('signal'))).toBe(true);
  });

  test('idle is idle: no run, no line, no write', async () => {
    await eventually(() => daemon.runs.length === 2); // boot, and what the monitor may have missed
    await pause(100);
    const before = [daemon.told.length, readFileSync(join(daemon.root, 'run/enid/status.json'), 'utf8')];
    await pause(1_500);

    expect(daemon.runs.length).toBe(2);
    expect([daemon.told.length, readFileSync(join(daemon.root, 'run/enid/status.json'), 'utf8')]).toEqual(
      before,
    );
  });

  test('stops within a second, says so, and leaves no pid file', async () => {
    await eventually(() => daemon.runs.length === 1);
    const start = performance.now();
    daemon.stopping.abort();
    expect(await daemon.running).toEqual({ ok: true, value: undefined });

    expect(performance.now() - start).toBeLessThan(900);
    expect(daemon.told).toContain('stopping');
    expect(readdirSync(join(daemon.root, 'run/enid')).sort()).toEqual(['status.json', 'trigger']);
  });

  test('a second daemon is refused', async () => {
    await eventually(() => daemon.runs.length === 1);
    const ports = nodePorts({ root: daemon.root, logLevel: 'error' });
    const other = await runDaemon(ports, {
      configPath: '/etc/enid/config.yaml',
      pid: process.ppid,
      removed: new Set(),
      linkLosses: new Map(),
      stopping: new AbortController().signal,
      onHangup: () => {},
      random: () => 0,
      run: () => Promise.reject(new Error('must not run')),
    });

    expect(other).toMatchObject({ problem: { code: 'locked' } });
  });
});

test('a NIC that the metadata does not list is looked for after 0.2, 0.5 and 1 s, until its link vanishes', async () => {
  const daemon = lab({}, () => ({ interfaces: [unlisted] }));
  await eventually(() => daemon.runs.length === 4);
  const gaps = daemon.runs.slice(1).map((entry, index) => entry.at - (daemon.runs[index]?.end ?? 0));
  daemon.hear(`Deleted ${link('eth1')}`);
  await eventually(() => daemon.runs.length === 5);
  await daemon.stop();

  // The second to third is cut short by the look after the monitor began to listen, or not: 0.2 and 0.5 s are sure.
  expect(gaps[0]).toBeGreaterThanOrEqual(190);
  expect(gaps[0]).toBeLessThan(450);
  expect(gaps[1]).toBeLessThan(800);
  expect(daemon.runs[4]?.trigger.detail).toContain('eth1 vanished');
});

test('a sign of life that could not be given is given again soon', async () => {
  const at: number[] = [];
  const watchdog = () => Promise.resolve(at.push(performance.now()) > 1);
  const daemon = lab({}, undefined, { watchdog, watchdogInterval: 2000 });
  await eventually(() => at.length >= 3);
  await daemon.stop();

  const [first = 0, second = 0, third = 0] = at;
  expect(second - first).toBeGreaterThanOrEqual(90);
  expect(second - first).toBeLessThan(900);
  expect(third - second).toBeGreaterThanOrEqual(900);
});

test('a configuration that is wrong stops the start with its problem', async () => {
  const root = mkdtempSync(join(tmpdir(), 'enid-daemon-'));
  mkdirSync(join(root, 'etc/enid'), { recursive: true });
  writeFileSync(join(root, 'etc/enid/config.yaml'), 'metdata: 1\n');
  const result = await runDaemon(nodePorts({ root, logLevel: 'error' }), {
    configPath: '/etc/enid/config.yaml',
    pid: process.pid,
    removed: new Set(),
    linkLosses: new Map(),
    stopping: new AbortController().signal,
    onHangup: () => {},
    random: () => 0,
    run: () => Promise.reject(new Error('must not run')),
  });
  rmSync(root, { recursive: true });

  expect(result).toMatchObject({ problem: { code: 'config-invalid' } });
});
