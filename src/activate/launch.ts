import { randomBytes } from 'node:crypto';
import { runsUnderSystemd } from '../kernel/service-manager.ts';
import { fail, ok, type Result } from '../model/problem.ts';
import type { Step } from '../model/step.ts';
import type { Files } from '../ports/files.ts';
import type { Ports } from '../ports/ports.ts';

/** Where running steps leave their marks; a step that has no `.exit` has not finished. */
export const stepDirectory = '/run/enid/steps';

/** A step that was started outside enid's own process tree. */
export interface Launched {
  /** Path of its marks, without suffix. */
  readonly record: string;
  /** The transient unit of PID 1; null where it is a process group of its own. */
  readonly unit: string | null;
  /** The process group; null where it is a unit. */
  readonly pid: number | null;
  readonly argv: readonly string[];
}

type Launching = Pick<Ports, 'exec' | 'files' | 'log'>;

/**
 * Runs the command with its output in a file and its exit code in another, written whole. The files take the place of
 * pipes: a DHCP client that stays behind holds them open for ever, and `--wait` and `--pipe` are missing before systemd 235.
 */
const script = [
  'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C; export PATH LC_ALL',
  'record=$1; shift',
  '"$@" </dev/null >"$record.log" 2>&1',
  'echo "$?" >"$record.part" && mv "$record.part" "$record.exit"',
].join('\n');

/** Starts a step and remembers it in the directory. Errors: those of the files and exec ports. */
export async function launch(ports: Launching, step: Step, directory: string): Promise<Result<Launched>> {
  const made = await ports.files.makeDirectory(directory, 0o700);
  if (!made.ok) return made;
  const name = `enid-step-${randomBytes(6).toString('hex')}`;
  const launched = { record: `${directory}/${name}`, unit: null, pid: null, argv: step.argv };
  const argv = ['/bin/sh', '-c', script, 'enid-step', launched.record, ...step.argv];
  return (await runsUnderSystemd(ports.files))
    ? launchUnit(ports, { ...launched, unit: `${name}.service` }, step.why, argv)
    : launchSession(ports, launched, argv);
}

/** The exit code, or null while there is none. Errors: `file-unreadable`. */
export async function readExit(files: Files, { record }: Launched): Promise<Result<number | null>> {
  const text = await files.readText(`${record}.exit`);
  if (!text.ok) return text;
  return ok(text.value === null ? null : Number.parseInt(text.value, 10));
}

/** What it printed so far; a log that cannot be read has nothing to say. */
export async function readOutput(files: Files, { record }: Launched): Promise<string> {
  const text = await files.readText(`${record}.log`);
  return text.ok ? (text.value ?? '') : '';
}

/** Removes the marks of a step that is over. */
export async function forget(files: Files, { record }: Launched): Promise<void> {
  await Promise.all(['launch', 'log', 'part', 'exit'].map((suffix) => files.remove(`${record}.${suffix}`)));
}

/** Ends a step with everything it started, then removes its marks. A step that is over already is no problem. */
export async function endLaunched(ports: Launching, launched: Launched): Promise<void> {
  const { unit, pid } = launched;
  if (unit !== null) {
    // Not `stop`: the units let go of what the main process leaves behind, and here just that must end.
    await ports.exec.run(['systemctl', 'kill', '--signal=SIGKILL', unit]);
    await ports.exec.run(['systemctl', 'stop', unit]);
  }
  if (pid !== null && (await isStill(ports.files, launched, pid))) ports.exec.signal(-pid, 'SIGKILL');
  await forget(ports.files, launched);
}

/** Ends steps that were left running on the NIC of this step (its last word), e.g. an ifup still waiting for a lease. */
export async function endOthersOn(ports: Launching, step: Step, directory: string): Promise<void> {
  const nic = step.argv[step.argv.length - 1];
  for (const launched of await unfinished(ports.files, directory)) {
    if (launched.argv[launched.argv.length - 1] !== nic) continue;
    ports.log.info('step ended for a new one', { run: launched.argv.join(' '), next: step.argv.join(' ') });
    await endLaunched(ports, launched);
  }
}

/** Waits until no step is running any more, so many milliseconds at most; `none`: none was. */
export async function untilStepsEnd(
  { files, clock }: Pick<Ports, 'files' | 'clock'>,
  patience: number,
  directory = stepDirectory,
): Promise<'none' | 'ended' | 'running'> {
  const until = clock.monotonic() + patience;
  for (let looks = 0; ; looks++) {
    const running = await unfinished(files, directory);
    if (running.length === 0) return looks === 0 ? 'none' : 'ended';
    if (clock.monotonic() >= until) return 'running';
    await clock.sleep(250);
  }
}

/** Ends every step that is still running, whoever started it: the dead-man's first act. Gives their commands. */
export async function endAllSteps(ports: Launching, directory = stepDirectory): Promise<readonly string[]> {
  const running = await unfinished(ports.files, directory);
  for (const launched of running) await endLaunched(ports, launched);
  return running.map((launched) => launched.argv.join(' '));
}

async function unfinished(files: Files, directory: string): Promise<readonly Launched[]> {
  const entries = await files.list(directory);
  const names = entries.ok ? (entries.value ?? []).map((entry) => entry.name) : [];
  const found: Launched[] = [];
  for (const name of names.filter((one) => one.endsWith('.launch'))) {
    const text = await files.readText(`${directory}/${name}`);
    const launched = text.ok && text.value !== null ? parseLaunched(text.value, directory) : null;
    if (launched === null) continue;
    const exit = await readExit(files, launched);
    // What was left to itself and has finished since leaves only its marks.
    if (exit.ok && exit.value !== null) await forget(files, launched);
    else found.push(launched);
  }
  return found;
}

function parseLaunched(text: string, directory: string): Launched | null {
  try {
    const { record, unit, pid, argv } = JSON.parse(text) as Partial<Launched>;
    const inPlace = typeof record === 'string' && record.startsWith(`${directory}/enid-step-`);
    if (!inPlace || !Array.isArray(argv)) return null;
    const named = typeof unit === 'string' && /^enid-step-[0-9a-f]+\.service$/.test(unit);
    const numbered = typeof pid === 'number' && Number.isInteger(pid) && pid > 1;
    return { record, unit: named ? unit : null, pid: numbered ? pid : null, argv };
  } catch {
    return null;
  }
}

/**
 * KillMode=process: when ifup is done its DHCP client stays. systemd before 217 takes no KillMode for a transient unit;
 * there the unit stays "active (exited)" instead and keeps the client.
 */
async function launchUnit(
  ports: Launching,
  launched: Launched & { readonly unit: string },
  why: string,
  argv: readonly string[],
): Promise<Result<Launched>> {
  const noted = await note(ports.files, launched);
  if (!noted.ok) return noted;
  const unit = [`--unit=${launched.unit}`, `--description=enid: ${why}`];
  let words = '';
  for (const option of ['--property=KillMode=process', '--remain-after-exit']) {
    const started = await ports.exec.run(['systemd-run', ...unit, option, '--', ...argv]);
    if (started.ok && started.value.exitCode === 0) return ok(launched);
    words = started.ok ? started.value.stderr.trim() : started.problem.message;
  }
  await forget(ports.files, launched);
  return fail('command-failed', 'systemd-run', words, '"systemctl status" may say why');
}

async function launchSession(
  ports: Launching,
  launched: Launched,
  argv: readonly string[],
): Promise<Result<Launched>> {
  const pid = await ports.exec.detach(argv);
  if (!pid.ok) return pid;
  const running = { ...launched, pid: pid.value };
  const noted = await note(ports.files, running);
  return noted.ok ? ok(running) : noted;
}

function note(files: Files, launched: Launched): Promise<Result<void>> {
  return files.write(`${launched.record}.launch`, JSON.stringify(launched), { mode: 0o600 });
}

/** Process numbers come round again: only the shell that was started with this record is meant. */
async function isStill(files: Files, { record }: Launched, pid: number): Promise<boolean> {
  const line = await files.readText(`/proc/${pid}/cmdline`);
  return line.ok && (line.value ?? '').split('\0').includes(record);
}
