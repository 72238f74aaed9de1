import type { Exec } from '../exec.ts';
import type { Notify } from '../notify.ts';

const nothing: Notify = {
  ready: () => Promise.resolve(),
  status: () => Promise.resolve(),
  watchdog: () => Promise.resolve(true),
  stopping: () => Promise.resolve(),
  watchdogInterval: null,
};

/**
 * The service manager by the program systemd-notify: READY and STATUS through the package of that name, which knows
 * no other state; WATCHDOG and STOPPING by the program itself. `--pid` makes the daemon the sender, not the child.
 * A notification that fails is not worth a failure of the daemon; but systemd ends a daemon without a sign of life.
 */
export function systemdNotify(exec: Pick<Exec, 'run'>, environment: NodeJS.ProcessEnv, pid: number): Notify {
  const socket = environment.NOTIFY_SOCKET;
  if (socket === undefined || socket === '') return nothing;
  const send = async (state: string) => {
    const argv = ['systemd-notify', `--pid=${pid}`, state];
    const ran = await exec.run(argv, { timeout: 5_000, environment: { NOTIFY_SOCKET: socket } });
    return ran.ok && ran.value.exitCode === 0;
  };
  return {
    ready: (status) => tell({ ready: true, status, pid }),
    status: (status) => tell({ status, pid }),
    watchdog: () => send('WATCHDOG=1'),
    stopping: async () => void (await send('STOPPING=1')),
    watchdogInterval: watchdogInterval(environment, pid),
  };
}

/** WATCHDOG_USEC in milliseconds, if it is meant for this process (sd_watchdog_enabled(3)). */
export function watchdogInterval(environment: NodeJS.ProcessEnv, pid: number): number | null {
  const { WATCHDOG_USEC = '', WATCHDOG_PID } = environment;
  const meant = WATCHDOG_PID === undefined || WATCHDOG_PID === String(pid);
  return meant && /^[1-9]\d{0,15}$/.test(WATCHDOG_USEC) ? Number(WATCHDOG_USEC) / 1000 : null;
}

async function tell(state: { ready?: boolean; status: string; pid: number }): Promise<void> {
  const { default: notify } = await import('systemd-notify');
  await notify({ ...state, status: state.status.replace(/\p{Cc}+/gu, ' ') }).catch(() => {});
}
