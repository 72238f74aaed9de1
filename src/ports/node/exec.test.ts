import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { nodeExec, programPath } from './exec.ts';

const exec = nodeExec();
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'enid-exec-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const shell = (script: string) => ['sh', '-c', script];
const alive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const eventually = async (check: () => boolean) => {
  for (let tries = 0; tries < 200 && !check(); tries++) await pause(20);
  return check();
};

test('output, errors and the exit code are values', async () => {
  const result = await exec.run(shell('printf "a\\nb\\n"; echo oops >&2; exit 3'));

  expect(result).toEqual({ ok: true, value: { exitCode: 3, stdout: 'a\nb\n', stderr: 'oops\n' } });
});

test('a program that does not exist is command-missing', async () => {
  const result = await exec.run(['enid-no-such-program', '-x']);

  expect(result.ok ? '' : result.problem.code).toBe('command-missing');
  expect(result.ok ? '' : result.problem.place).toBe('enid-no-such-program -x');
});

test('a file that is not a program is command-failed', async () => {
  const notProgram = join(folder, 'data');
  writeFileSync(notProgram, 'data', { mode: 0o644 });
  const result = await exec.run([notProgram]);

  expect(result.ok ? '' : result.problem.code).toBe('command-failed');
});

test('input is given and closed; without it standard input is empty', async () => {
  expect(await exec.run(['cat'], { input: 'route add\n' })).toMatchObject({
    value: { stdout: 'route add\n' },
  });
  expect(await exec.run(['cat'])).toMatchObject({ value: { stdout: '', exitCode: 0 } });
});

test('a program that ignores its input does not break the pipe for us', async () => {
  const result = await exec.run(['true'], { input: 'x'.repeat(1_000_000) });

  expect(result).toMatchObject({ value: { exitCode: 0 } });
});

test('the environment is LC_ALL, PATH with sbin, and what is given', async () => {
  const result = await exec.run(['env'], { environment: { NOTIFY_SOCKET: '/run/x' } });

  const lines = result.ok ? result.value.stdout.trim().split('\n').sort() : [];
  expect(lines).toEqual(['LC_ALL=C', 'NOTIFY_SOCKET=/run/x', `PATH=${programPath(process.env.PATH)}`]);
  expect(programPath('/opt/bin:.:')).toBe(
    '/opt/bin:/usr/sbin:/sbin:/usr/bin:/bin:/usr/local/sbin:/usr/local/bin',
  );
});

test('a timeout ends the whole group, also what ignores SIGTERM', async () => {
  const script = `trap "" TERM; sleep 60 & echo $! > ${folder}/child; echo $$ > ${folder}/leader; wait; wait; sleep 60`;
  const start = Date.now();
  const result = await exec.run(shell(script), { timeout: 200 });

  expect(result.ok ? '' : result.problem.code).toBe('command-timeout');
  expect(Date.now() - start).toBeLessThan(4_000);
  for (const name of ['child', 'leader']) {
    const pid = Number(readFileSync(join(folder, name), 'utf8'));
    expect(await eventually(() => !alive(pid)), name).toBe(true);
  }
});

test('aborting ends it', async () => {
  const stopping = new AbortController();
  const running = exec.run(['sleep', '60'], { signal: stopping.signal });
  await pause(50);
  stopping.abort();

  expect(await running).toMatchObject({ problem: { code: 'command-failed' } });
  expect(await exec.run(['true'], { signal: stopping.signal })).toMatchObject({ ok: false });
});

test('what a program leaves behind with its pipe open does not hold the answer', async () => {
  const start = Date.now();
  const result = await exec.run(shell(`sleep 60 & echo $! > ${folder}/left; echo done`));

  expect(result).toMatchObject({ value: { stdout: 'done\n' } });
  expect(Date.now() - start).toBeLessThan(3_000);
  process.kill(Number(readFileSync(join(folder, 'left'), 'utf8')));
});

test('death by a signal is command-failed', async () => {
  expect(await exec.run(shell('kill -9 $$'))).toMatchObject({ problem: { code: 'command-failed' } });
});

test('follow gives whole lines, whatever the pieces, and the last one without its newline', async () => {
  const lines: string[] = [];
  const following = exec.follow(
    shell('printf "one\\ntw"; sleep 0.1; printf "o\\n\\nthr\\303"; sleep 0.1; printf "\\251"; exit 4'),
    (line) => lines.push(line),
  );

  expect(await following.ended).toBe(4);
  await pause(20);
  expect(lines).toEqual(['one', 'two', '', 'thré']);
});

test('follow gives the lines of standard error apart, and goes on', async () => {
  const told: string[] = [];
  const following = exec.follow(
    shell('echo one; echo "netlink receive error" >&2; sleep 0.1; echo two'),
    (line) => told.push(line),
    (line) => told.push(`error: ${line}`),
  );

  expect(await following.ended).toBe(0);
  await pause(20);
  expect([...told].sort()).toEqual(['error: netlink receive error', 'one', 'two']);
  expect(told.at(-1)).toBe('two');
});

test('follow stops at once, even before the program started', async () => {
  const early = exec.follow(['sleep', '60'], () => {});
  early.stop();
  expect(await early.ended).toBeNull();

  const late = exec.follow(shell('echo up; exec sleep 60'), () => late.stop());
  expect(await late.ended).toBeNull();
});

test('following a program that does not exist ends with null', async () => {
  expect(await exec.follow(['enid-no-such-program'], () => {}).ended).toBeNull();
});

test('detach starts in a session of its own and gives its pid', async () => {
  const result = await exec.detach(shell(`ps -o sid= -p $$ > ${folder}/sid; sleep 60`));

  const pid = result.ok ? result.value : 0;
  await eventually(() => {
    try {
      return readFileSync(join(folder, 'sid'), 'utf8').trim() !== '';
    } catch {
      return false;
    }
  });
  expect(readFileSync(join(folder, 'sid'), 'utf8').trim()).toBe(String(pid));
  expect(exec.signal(-pid, 'SIGKILL')).toEqual({ ok: true, value: true });
  expect(await eventually(() => !alive(pid))).toBe(true);
  expect(await exec.detach(['enid-no-such-program'])).toMatchObject({ problem: { code: 'command-missing' } });
});

test('a signal to nobody is false', () => {
  expect(exec.signal(2 ** 22 + 1, 'SIGTERM')).toEqual({ ok: true, value: false });
});

test('what is followed ends with the process that follows it, also when that one fails', async () => {
  const program = join(folder, 'program.mjs');
  await build({
    stdin: {
      contents: `import { nodeExec } from './exec.ts';
        nodeExec().follow(['sh', '-c', 'echo $$; exec sleep 60'], (line) => {
          console.log(line);
          setTimeout(() => { throw new Error('a bug'); }, 50);
        });`,
      resolveDir: import.meta.dirname,
      loader: 'ts',
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
    outfile: program,
  });

  const result = await exec.run([process.execPath, program]);

  const pid = Number(result.ok ? result.value.stdout : 0);
  expect(result).toMatchObject({ value: { exitCode: 1 } });
  expect(pid).toBeGreaterThan(1);
  expect(await eventually(() => !alive(pid))).toBe(true);
});
