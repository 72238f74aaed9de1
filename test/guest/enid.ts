import type { Status, StatusInterface } from '../../src/report/status.ts';
import type { Guest } from './guest.ts';

/** status.json of the guest; null while there is none. */
export async function readStatus(guest: Guest): Promise<Status | null> {
  const text = await guest.read('/run/enid/status.json');
  return text === null ? null : (JSON.parse(text) as Status);
}

/** Waits until the status is so; throws after the deadline (ms), telling the status and the end of the journal. */
export async function until(
  guest: Guest,
  what: string,
  holds: (status: Status) => boolean,
  deadline = 180_000,
): Promise<Status> {
  const end = performance.now() + deadline;
  for (;;) {
    const now = await readStatus(guest);
    if (now !== null && holds(now)) return now;
    if (performance.now() > end) {
      const journal = await guest.run([
        'journalctl',
        '-b',
        '-u',
        'enid',
        '-n',
        '40',
        '--no-pager',
        '-o',
        'short-monotonic',
      ]);
      throw new Error(`not in ${deadline} ms: ${what}\n${JSON.stringify(now, null, 1)}\n${journal.stdout}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** Waits until a NIC is `configured` without a difference. */
export async function untilConfigured(
  guest: Guest,
  name: string,
  deadline?: number,
): Promise<StatusInterface> {
  const find = (status: Status): StatusInterface | undefined =>
    status.interfaces.find(
      (nic) => nic.name === name && nic.state === 'configured' && nic.differences.length === 0,
    );
  const found = find(await until(guest, `${name} is configured`, (now) => find(now) !== undefined, deadline));
  if (found === undefined) throw new Error('unreachable');
  return found;
}
