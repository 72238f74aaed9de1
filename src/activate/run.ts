import { fail, ok, type Result } from '../model/problem.ts';
import { commandOf, type Step } from '../model/step.ts';
import type { Ports } from '../ports/ports.ts';
import {
  endLaunched,
  endOthersOn,
  forget,
  type Launched,
  launch,
  readExit,
  readOutput,
  stepDirectory,
} from './launch.ts';

type Running = Pick<Ports, 'exec' | 'files' | 'log' | 'clock'>;

export interface StepOutcome {
  /** Null: not finished within the step's time and left to go on by itself. */
  readonly exitCode: number | null;
  /** Standard output and error together, at most the last 4000 characters. */
  readonly output: string;
}

/**
 * Runs one step to its end or the end of its time. A non-zero exit is a value. Steps of kind `service` are started by PID 1
 * (or in a session of their own without systemd), so that a DHCP client they leave behind is no child of enid; a step that
 * was left running on the same NIC is ended first. `directory` holds the marks of running steps. Errors: those of the exec port; `command-timeout` after everything the
 * step started was ended.
 */
export function runStep(ports: Running, step: Step, directory = stepDirectory): Promise<Result<StepOutcome>> {
  ports.log.debug('step', { run: commandOf(step), why: step.why });
  return step.runAs === 'own' ? runOwn(ports, step) : runAsService(ports, step, directory);
}

/** True where the outcome is a failure that the step did not say may happen. */
export function stepFailed(step: Step, outcome: StepOutcome): boolean {
  return outcome.exitCode !== null && outcome.exitCode !== 0 && !step.mayFail;
}

async function runOwn(ports: Running, step: Step): Promise<Result<StepOutcome>> {
  const input = step.input === null ? {} : { input: step.input };
  const done = await ports.exec.run(step.argv, { ...input, timeout: step.timeout });
  if (!done.ok) return done;
  return ok({ exitCode: done.value.exitCode, output: lastPart(`${done.value.stdout}${done.value.stderr}`) });
}

async function runAsService(ports: Running, step: Step, directory: string): Promise<Result<StepOutcome>> {
  await endOthersOn(ports, step, directory);
  const launched = await launch(ports, step, directory);
  if (!launched.ok) return launched;
  const exitCode = await waitForExit(ports, launched.value, step.timeout);
  if (!exitCode.ok) return exitCode;
  const output = lastPart(await readOutput(ports.files, launched.value));
  if (exitCode.value !== null) {
    await forget(ports.files, launched.value);
    return ok({ exitCode: exitCode.value, output });
  }
  if (step.afterTimeout === 'leave') {
    ports.log.info('step goes on by itself', { run: commandOf(step), unit: launched.value.unit });
    return ok({ exitCode: null, output });
  }
  await endLaunched(ports, launched.value);
  return fail(
    'command-timeout',
    commandOf(step),
    `did not finish within ${step.timeout} ms and was ended: ${output}`,
  );
}

/** The exit code once the step has written it; null when the time is over. */
async function waitForExit(
  ports: Running,
  launched: Launched,
  timeout: number,
): Promise<Result<number | null>> {
  const end = ports.clock.monotonic() + timeout;
  for (let pause = 10; ; pause = Math.min(pause * 2, 160)) {
    const exit = await readExit(ports.files, launched);
    if (!exit.ok || exit.value !== null) return exit;
    const left = end - ports.clock.monotonic();
    if (left <= 0) return ok(null);
    await ports.clock.sleep(Math.min(pause, left));
  }
}

function lastPart(text: string): string {
  return text.trim().slice(-4000);
}
