import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Vpc } from '../lab/vpc.ts';
import type { Guest } from './guest.ts';
import { say } from './progress.ts';

const failures = join(dirname(fileURLToPath(import.meta.url)), '.failures');

const commands: Readonly<Record<string, string>> = {
  'journal.txt': 'journalctl -b --no-pager -o short-monotonic',
  'journal-enid.txt': 'journalctl --no-pager -o short-precise -u enid -u enid-recover',
  'ip.txt': `for command in "addr" "-4 rule" "-6 rule" "-4 route show table all" "-6 route show table all" "-s link" neigh; do
echo "== ip $command"; ip $command; done`,
  'processes.txt':
    'ps axww -o pid,ppid,cgroup,args; systemctl list-jobs; systemctl --failed; systemctl list-timers --all',
  'status.txt': 'cat /run/enid/status.json',
  'cloud-init.txt': 'cat /run/cloud-init/status.json /var/log/cloud-init.log 2>/dev/null || true',
  'plan.txt': 'enid plan; echo exit $?',
  'detect.txt': 'enid detect; echo exit $?',
  'files.txt': `for file in $(find /etc/netplan /etc/network /etc/systemd/network /etc/NetworkManager/system-connections /etc/NetworkManager/dispatcher.d /etc/dhcp /etc/dhcpcd.conf /etc/sysctl.d /etc/enid /run/network /run/systemd/network /run/netplan /run/NetworkManager/system-connections /var/lib/enid -type f 2>/dev/null); do
echo "=== $file"; head -c 20000 "$file"; done`,
  'stack.txt': `networkctl --no-pager status --all 2>&1; nmcli connection 2>&1; nmcli device show 2>&1; ifquery --state 2>&1`,
};

/** Writes down why a case failed, and all that can be known of its guest, into a folder, which is given back and said. */
export async function keepEvidence(
  { server: guest, nics }: Pick<Vpc<Guest>, 'server' | 'nics'>,
  system: string,
  what: string,
  why: string,
): Promise<string> {
  const folder = join(failures, system, what.replace(/[^a-zA-Z0-9]+/g, '-').slice(0, 60));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'failure.txt'), `${why}\n`);
  writeFileSync(join(folder, 'console.txt'), guest.console());
  for (const nic of nics()) writeFileSync(join(folder, `dhcp-${nic.name}.txt`), guest.dhcpLog(nic));
  for (const [file, script] of Object.entries(commands)) {
    const ran = await guest
      .run(['sh', '-c', script], '', 20_000)
      .catch((error: unknown) => ({ stdout: '', stderr: String(error) }));
    writeFileSync(join(folder, file), `${ran.stdout}${ran.stderr}`);
  }
  say(`evidence: ${folder}`);
  return folder;
}
