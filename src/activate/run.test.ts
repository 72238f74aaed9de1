import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ok } from '../model/problem.ts';
import type { Step } from '../model/step.ts';
import type { Exec } from '../ports/exec.ts';
import type { Log } from '../ports/log.ts';
import { nodeClock } from '../ports/node/clock.ts';
import { nodeExec } from '../ports/node/exec.ts';
import { nodeFiles } from '../ports/node/files.ts';
import { endAllSteps, untilStepsEnd } from './launch.ts';
import { runStep, stepFailed } from './run.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'enid-steps-'));
});
afterEach(async () => {
  await endAllSteps(ports(), directory);
  rmSync(directory, { recursive: true });
});

const silent: Log = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} };

/** The real ports, on a machine that says it has no systemd. */
function ports(exec: Exec = nodeExec(), systemd = false) {
  const real = nodeFiles('/');
  const kind: typeof real.kind = (path) =>
    path === '/run/systemd/system' ? Promise.resolve(ok(systemd ? 'directory' : null)) : real.kind(path);
  return { exec, files: { ...real, kind }, log: silent, clock: nodeClock() };
}

function shell(script: string, more: Partial<Step> = {}, ...words: readonly string[]): Step {
  const argv = ['sh', '-c', script, ...words];
  return { argv, why: 'a test', runAs: 'service', input: null, timeout: 5000, mayFail: false, ...more };
}

/** True while a process of that number runs (a zombie does not). */
function lives(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}

async function eventually(test: () => boolean): Promise<boolean> {
  for (let tries = 0; tries < 100 && !test(); tries++)
    await new Promise((resolve) => setTimeout(resolve, 20));
  return test();
}

describe('runStep', () => {
  it('gives the exit code and what was printed, and leaves no marks', async () => {
    const step = shell('echo out; echo err >&2; exit 3');
    const done = await runStep(ports(), step, directory);
    expect(done).toEqual({ ok: true, value: { exitCode: 3, output: 'out\nerr' } });
    expect(done.ok && stepFailed(step, done.value)).toBe(true);
    expect(done.ok && stepFailed({ ...step, mayFail: true }, done.value)).toBe(false);
    expect(readdirSync(directory)).toEqual([]);
  });

  it('runs our own commands directly, with their input', async () => {
    const own = {
      argv: ['cat'],
      why: 'a test',
      runAs: 'own',
      input: 'rule show\n',
      timeout: 5000,
      mayFail: false,
    } as const;
    expect(await runStep(ports(), own, directory)).toEqual({
      ok: true,
      value: { exitCode: 0, output: 'rule show' },
    });
  });

  it('says 127 for a program that is not there', async () => {
    const done = await runStep(ports(), { ...shell(''), argv: ['enid-no-such-program', 'eth1'] }, directory);
    expect(done).toMatchObject({ ok: true, value: { exitCode: 127 } });
  });

  it('hands words over as they are', async () => {
    const odd = ['a b', '$HOME', "it's", '*', ''];
    const done = await runStep(ports(), { ...shell(''), argv: ['printf', '[%s]', ...odd] }, directory);
    expect(done).toMatchObject({ ok: true, value: { output: odd.map((word) => `[${word}]`).join('') } });
  });

  it('does not wait for what a step leaves behind, and does not end it', async () => {
    const done = await runStep(ports(), shell('sleep 30 & echo $!'), directory);
    const pid = Number(done.ok ? done.value.output : 0);
    expect(lives(pid)).toBe(true);
    process.kill(pid, 'SIGKILL');
  });

  it('ends a step with all it started when its time is over', async () => {
    const done = await runStep(ports(), shell('sleep 30 & echo $!; wait', { timeout: 300 }), directory);
    expect(done).toMatchObject({ ok: false, problem: { code: 'command-timeout' } });
    const pid = Number(done.ok ? 0 : (/ended: (\d+)/.exec(done.problem.message)?.[1] ?? 0));
    expect(pid).toBeGreaterThan(1);
    expect(await eventually(() => !lives(pid))).toBe(true);
    expect(readdirSync(directory)).toEqual([]);
  });

  it('leaves a step to itself where it says so, until another one on the same NIC begins', async () => {
    const waiting = shell('echo $$; sleep 30', { timeout: 300, afterTimeout: 'leave' }, 'ifup', 'eth1');
    const left = await runStep(ports(), waiting, directory);
    expect(left).toMatchObject({ ok: true, value: { exitCode: null } });
    expect(left.ok && stepFailed(waiting, left.value)).toBe(false);
    const pid = Number(left.ok ? left.value.output : 0);
    await runStep(ports(), shell('true', {}, 'ifup', 'eth2'), directory);
    expect(lives(pid)).toBe(true);
    await runStep(ports(), shell('true', {}, 'ifdown', 'eth1'), directory);
    expect(await eventually(() => !lives(pid))).toBe(true);
  });

  it('lets another process end all steps', async () => {
    const left = await runStep(
      ports(),
      shell('echo $$; sleep 30', { timeout: 200, afterTimeout: 'leave' }),
      directory,
    );
    const pid = Number(left.ok ? left.value.output : 0);
    expect(await endAllSteps(ports(), directory)).toEqual([expect.stringContaining('sleep 30')]);
    expect(await eventually(() => !lives(pid))).toBe(true);
    expect(await endAllSteps(ports(), directory)).toEqual([]);
  });

  it('kills nobody whose number is in a stale mark', async () => {
    const bystander = await nodeExec().detach(['sleep', '30']);
    const pid = bystander.ok ? bystander.value : 0;
    const mark = { record: `${directory}/enid-step-00`, unit: null, pid, argv: ['ifup', 'eth1'] };
    await ports().files.write(`${mark.record}.launch`, JSON.stringify(mark), { mode: 0o600 });
    await endAllSteps(ports(), directory);
    expect(lives(pid)).toBe(true);
    process.kill(pid, 'SIGKILL');
  });
});

describe('under systemd', () => {
  /** systemd-run that does what the real one does, as far as it matters here. */
  function pretend(refused: string, asked: string[]): Exec {
    const real = nodeExec();
    return {
      ...real,
      run: async (argv, options) => {
        asked.push(argv.join(' '));
        if (argv[0] === 'systemctl') return ok({ exitCode: 0, stdout: '', stderr: '' });
        if (argv[0] !== 'systemd-run') return real.run(argv, options);
        if (argv.includes(refused)) return ok({ exitCode: 1, stdout: '', stderr: 'Unknown assignment' });
        await real.detach(argv.slice(argv.indexOf('--') + 1));
        return ok({ exitCode: 0, stdout: '', stderr: 'Running as unit' });
      },
    };
  }

  it('starts a transient unit that lets the DHCP client go', async () => {
    const asked: string[] = [];
    const done = await runStep(ports(pretend('', asked), true), shell('echo up; exit 2'), directory);
    expect(done).toEqual({ ok: true, value: { exitCode: 2, output: 'up' } });
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatch(
      /^systemd-run --unit=enid-step-[0-9a-f]{12}\.service --description=enid: a test --property=KillMode=process -- \/bin\/sh -c /,
    );
  });

  it('asks an old systemd in the words it knows', async () => {
    const asked: string[] = [];
    const done = await runStep(
      ports(pretend('--property=KillMode=process', asked), true),
      shell('echo up'),
      directory,
    );
    expect(done).toMatchObject({ ok: true, value: { exitCode: 0 } });
    expect(asked[1]).toContain(' --remain-after-exit -- ');
  });

  it('ends the unit, not only its main process, when the time is over', async () => {
    const asked: string[] = [];
    const done = await runStep(
      ports(pretend('', asked), true),
      shell('sleep 1', { timeout: 100 }),
      directory,
    );
    expect(done).toMatchObject({ ok: false, problem: { code: 'command-timeout' } });
    expect(asked.slice(1)).toEqual([
      expect.stringMatching(/^systemctl kill --signal=SIGKILL enid-step-[0-9a-f]{12}\.service$/),
      expect.stringMatching(/^systemctl stop enid-step-[0-9a-f]{12}\.service$/),
    ]);
  });
});

describe('untilStepsEnd', () => {
  it('waits for what was left to go on by itself, as long as it is told to', async () => {
    expect(await untilStepsEnd(ports(), 1000, directory)).toBe('none');
    const step = shell('sleep 1', { timeout: 50, afterTimeout: 'leave' });
    expect(await runStep(ports(), step, directory)).toMatchObject({ ok: true, value: { exitCode: null } });

    expect(await untilStepsEnd(ports(), 100, directory)).toBe('running');
    expect(await untilStepsEnd(ports(), 20_000, directory)).toBe('ended');
    expect(await untilStepsEnd(ports(), 0, directory)).toBe('none');
    expect(readdirSync(directory)).toEqual([]);
  });
});
