import type { Stack } from '../model/stack.ts';
import type { Step } from '../model/step.ts';

/** Milliseconds for commands that only read files or tell a daemon something. */
const tellTime = 15_000;

/**
 * Milliseconds that a run waits for the command of one NIC: long enough for a usual lease, short enough that eight NICs
 * without one, taken up one after the other, stay below half of the default rollback timeout. The command goes on by itself.
 */
const riseTime = 3_000;

/** Milliseconds for a restart of everything: several NICs, each asking for a lease. */
const restartTime = 60_000;

function step(argv: readonly string[], why: string, timeout: number): Step {
  return { argv, why, runAs: 'service', input: null, timeout, mayFail: false };
}

/** A command that returns soon and whose failure matters. */
export function tell(argv: readonly string[], why: string): Step {
  return step(argv, why, tellTime);
}

/** A command that may find nothing to do. */
export function tidy(argv: readonly string[], why: string): Step {
  return { ...step(argv, why, tellTime), mayFail: true };
}

/**
 * A command that brings one NIC up. Its exit code proves nothing: network-scripts return 0 with failed routes, wicked's
 * 162 means "in progress", SLES 11 returns 7 for a NIC that is up.
 */
export function rise(argv: readonly string[], why: string): Step {
  return { ...step(argv, why, riseTime), mayFail: true, afterTimeout: 'leave' };
}

/** A command that concerns every NIC. */
export function restart(argv: readonly string[], why: string): Step {
  return step(argv, why, restartTime);
}

/** `restart` or `start` of a service in the way of whatever runs as PID 1. */
export function serviceCommand(
  verb: 'start' | 'restart',
  service: string,
  init: Stack['init'],
  why: string,
): Step {
  if (init !== 'systemd') return restart(['service', service, verb], why);
  return { ...restart(['systemctl', verb, service], why), runAs: 'own' };
}
