import { runsUnderSystemd } from '../kernel/service-manager.ts';
import { fail, ok, type Result } from '../model/problem.ts';
import type { Ports } from '../ports/ports.ts';
import { identify, isAlive, type ProcessId } from './process.ts';

/** What will run `enid rollback --take-over ID` if nobody disarms it, with all that is needed to disarm it. */
export type Armed =
  | { readonly kind: 'timer'; readonly unit: string; readonly attempt: number }
  /** systemd before 218 has no transient timers (`--on-active`): a transient service that sleeps first. */
  | { readonly kind: 'sleeping-unit'; readonly unit: string; readonly attempt: number }
  /** Without a systemd of this network: a child in a session of its own that sleeps first. */
  | { readonly kind: 'process'; readonly process: ProcessId; readonly attempt: number };

export interface DeadmanOptions {
  readonly id: string;
  /** Milliseconds until it fires; rounded up to seconds. */
  readonly after: number;
  /** How this program is started: the runtime and the script, absolute. */
  readonly self: readonly string[];
}

type DeadmanPorts = Pick<Ports, 'exec' | 'files'>;

/**
 * Arms the dead-man timer outside this process and its control group, so that it outlives both. Nothing may be
 * activated without it. Errors: `deadman-unarmed`.
 */
export function armDeadman(ports: DeadmanPorts, options: DeadmanOptions): Promise<Result<Armed>> {
  return arm(ports, options, 1);
}

/** Arms anew before it disarms, so that there is no moment without one. Errors: `deadman-unarmed`; the old one then stays. */
export async function rearmDeadman(
  ports: DeadmanPorts,
  armed: Armed,
  options: DeadmanOptions,
): Promise<Result<Armed>> {
  const next = await arm(ports, options, armed.attempt + 1);
  if (next.ok) await disarmDeadman(ports, armed);
  return next;
}

/** Disarms. One that has fired already looks at the journal and does nothing after a commit. Errors: those of `Exec.run`. */
export async function disarmDeadman(ports: DeadmanPorts, armed: Armed): Promise<Result<void>> {
  if (armed.kind === 'process') {
    const alive = await isAlive(ports.files, armed.process);
    if (!alive.ok) return alive;
    // The whole group: the shell and its sleep.
    const sent = alive.value ? ports.exec.signal(-armed.process.pid, 'SIGTERM') : ok(false);
    return sent.ok ? ok(undefined) : sent;
  }
  const unit = armed.kind === 'timer' ? `${armed.unit}.timer` : `${armed.unit}.service`;
  const stopped = await ports.exec.run(['systemctl', 'stop', unit], { timeout: 10_000 });
  if (!stopped.ok) return stopped;
  // 5: no such unit; it fired and is gone.
  const gone = stopped.value.exitCode === 0 || stopped.value.exitCode === 5;
  return gone ? ok(undefined) : fail('command-failed', `systemctl stop ${unit}`, stopped.value.stderr.trim());
}

async function arm(ports: DeadmanPorts, options: DeadmanOptions, attempt: number): Promise<Result<Armed>> {
  const seconds = String(Math.max(1, Math.ceil(options.after / 1000)));
  const command = [...options.self, 'rollback', '--take-over', options.id];
  if (!(await runsUnderSystemd(ports.files))) {
    return armProcess(ports, options.id, sleeping(seconds, command), attempt);
  }
  const unit = attempt === 1 ? `enid-deadman-${options.id}` : `enid-deadman-${options.id}-${attempt}`;
  const transient = ['systemd-run', `--unit=${unit}`, `--description=Undo enid change ${options.id}`];
  const timed = [...transient, `--on-active=${seconds}`, '--timer-property=AccuracySec=1s', '--', ...command];
  const timer = await ports.exec.run(timed, { timeout: 10_000 });
  if (timer.ok && timer.value.exitCode === 0) return ok({ kind: 'timer', unit, attempt });
  const service = await ports.exec.run([...transient, '--', ...sleeping(seconds, command)], {
    timeout: 10_000,
  });
  if (service.ok && service.value.exitCode === 0) return ok({ kind: 'sleeping-unit', unit, attempt });
  return unarmed(options.id, service.ok ? service.value.stderr.trim() : service.problem.message);
}

async function armProcess(
  ports: DeadmanPorts,
  id: string,
  argv: readonly string[],
  attempt: number,
): Promise<Result<Armed>> {
  const pid = await ports.exec.detach(argv);
  if (!pid.ok) return unarmed(id, pid.problem.message);
  const process = await identify(ports.files, pid.value);
  if (!process.ok || process.value === null) return unarmed(id, 'the sleeping process is not there');
  return ok({ kind: 'process', process: process.value, attempt });
}

function sleeping(seconds: string, command: readonly string[]): readonly string[] {
  return ['/bin/sh', '-c', 'sleep "$1"; shift; exec "$@"', 'enid-deadman', seconds, ...command];
}

function unarmed(id: string, message: string) {
  return fail('deadman-unarmed', id, message, 'nothing was activated');
}
