import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fail, ok, type Result } from '../model/problem.ts';
import type { Exec, ExecOutput } from '../ports/exec.ts';
import { nodeExec } from '../ports/node/exec.ts';
import { nodeFiles } from '../ports/node/files.ts';
import { type Armed, armDeadman, disarmDeadman, rearmDeadman } from './deadman.ts';
import { isAlive } from './process.ts';

const id = '000001-20240131T120102Z';
const self = ['/usr/lib/enid/node', '/usr/lib/enid/enid.cjs'];

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'enid-deadman-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

async function eventually(what: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 150 && !(await what()); tries++)
    await new Promise((resolve) => setTimeout(resolve, 20));
  expect(await what()).toBe(true);
}

describe('under systemd', () => {
  /** Answers by the first words of the command; what was run is in `ran`. */
  function systemd(answer: (line: string) => Result<ExecOutput>, ran: string[]): Exec {
    const unused = () => {
      throw new Error('not under systemd');
    };
    const run = (argv: readonly string[]) => {
      ran.push(argv.join(' '));
      return Promise.resolve(answer(argv.join(' ')));
    };
    return { run, follow: unused, detach: unused, signal: unused };
  }
  const exit = (exitCode: number, stderr = ''): Result<ExecOutput> => ok({ exitCode, stdout: '', stderr });
  const booted = {
    ...nodeFiles('/'),
    kind: () => Promise.resolve(ok('directory' as const)),
    linkTarget: () => Promise.resolve(ok('/proc/1/ns/net:[4026531840]')),
  };

  it('is a transient timer, exact to the second', async () => {
    const ran: string[] = [];
    const ports = { files: booted, exec: systemd(() => exit(0), ran) };
    const armed = await armDeadman(ports, { id, after: 59_001, self });
    expect(ran).toEqual([
      `systemd-run --unit=enid-deadman-${id} --description=Undo enid change ${id} --on-active=60 --timer-property=AccuracySec=1s -- ${self.join(' ')} rollback --take-over ${id}`,
    ]);
    if (armed.ok) await disarmDeadman(ports, armed.value);
    expect(ran[1]).toBe(`systemctl stop enid-deadman-${id}.timer`);
  });

  it('is a sleeping unit where systemd is too old for timers', async () => {
    const ran: string[] = [];
    const old = systemd((line) => exit(line.includes('--on-active') ? 1 : 0, 'unrecognized option'), ran);
    const armed = await armDeadman({ files: booted, exec: old }, { id, after: 1_000, self });
    expect(armed).toEqual({
      ok: true,
      value: { kind: 'sleeping-unit', unit: `enid-deadman-${id}`, attempt: 1 },
    });
    expect(ran[1]).toContain('-- /bin/sh -c sleep "$1"; shift; exec "$@" enid-deadman 1 /usr/lib/enid/node');
    if (armed.ok) await disarmDeadman({ files: booted, exec: old }, armed.value);
    expect(ran[2]).toBe(`systemctl stop enid-deadman-${id}.service`);
  });

  it('says when nothing could be armed', async () => {
    const none = systemd(() => fail('command-missing', 'systemd-run', 'no such program'), []);
    expect(await armDeadman({ files: booted, exec: none }, { id, after: 1, self })).toMatchObject({
      ok: false,
      problem: { code: 'deadman-unarmed', message: 'no such program' },
    });
  });

  it('is armed anew before the old one is disarmed, and stays where that fails', async () => {
    const ran: string[] = [];
    const armed: Armed = { kind: 'timer', unit: `enid-deadman-${id}`, attempt: 1 };
    const next = await rearmDeadman({ files: booted, exec: systemd(() => exit(0), ran) }, armed, {
      id,
      after: 1,
      self,
    });
    expect(next).toMatchObject({ ok: true, value: { unit: `enid-deadman-${id}-2`, attempt: 2 } });
    expect(ran.map((line) => line.split(' ')[0])).toEqual(['systemd-run', 'systemctl']);
    const broken: string[] = [];
    await rearmDeadman({ files: booted, exec: systemd(() => exit(1), broken) }, armed, {
      id,
      after: 1,
      self,
    });
    expect(broken.filter((line) => line.startsWith('systemctl'))).toEqual([]);
  });

  it('takes a timer that is gone for disarmed, and nothing else', async () => {
    const armed: Armed = { kind: 'timer', unit: 'x', attempt: 1 };
    expect((await disarmDeadman({ files: booted, exec: systemd(() => exit(5), []) }, armed)).ok).toBe(true);
    expect((await disarmDeadman({ files: booted, exec: systemd(() => exit(1), []) }, armed)).ok).toBe(false);
  });
});

describe('without systemd', () => {
  const real = () => ({ files: nodeFiles(root), exec: nodeExec() });

  function script(): { readonly self: readonly string[]; readonly fired: () => string } {
    const [path, proof] = [join(root, 'enid'), join(root, 'proof')];
    writeFileSync(proof, '');
    writeFileSync(path, `#!/bin/sh\necho "$@" > ${proof}\n`);
    return { self: ['/bin/sh', path], fired: () => readFileSync(proof, 'utf8') };
  }

  it('fires by itself, as the command it was given', async () => {
    const { self, fired } = script();
    const armed = await armDeadman(real(), { id, after: 1_000, self });
    expect(armed).toMatchObject({ ok: true, value: { kind: 'process' } });
    expect(fired()).toBe('');
    await eventually(() => fired() === `rollback --take-over ${id}\n`);
  });

  it('is gone, its sleep too, once disarmed; disarming twice is fine', async () => {
    const { self, fired } = script();
    const armed = await armDeadman(real(), { id, after: 1_000, self });
    if (!armed.ok || armed.value.kind !== 'process') throw new Error('not armed');
    const { process } = armed.value;
    expect((await disarmDeadman(real(), armed.value)).ok).toBe(true);
    await eventually(async () => {
      const alive = await isAlive(nodeFiles(root), process);
      return alive.ok && !alive.value;
    });
    expect((await disarmDeadman(real(), armed.value)).ok).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(fired()).toBe('');
  });

  it('spares a process that only has its pid now', async () => {
    const { self, fired } = script();
    const armed = await armDeadman(real(), { id, after: 1_000, self });
    if (!armed.ok || armed.value.kind !== 'process') throw new Error('not armed');
    const stranger = { ...armed.value, process: { ...armed.value.process, start: '1' } };
    await disarmDeadman(real(), stranger);
    await eventually(() => fired() !== '');
  });
});
