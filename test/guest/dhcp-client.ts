import type { Nic } from '../lab/nic.ts';
import type { Guest } from './guest.ts';

/** Programs that ask for leases, as the kernel names them. */
const programs = 'dhclient|dhcpcd|udhcpc';

/**
 * What is wrong with the DHCP clients of the guest's secondaries, a line each: more than `most` for a NIC, one in enid's
 * cgroup or in another mount namespace than PID 1 (enid's sandbox).
 */
export async function wrongClients(guest: Guest, nics: readonly Nic[], most = 1): Promise<readonly string[]> {
  const text = await guest.must(`
    for pid in $(pgrep -x '${programs}' || true); do
      echo "$pid|$(tr '\\0' ' ' <"/proc/$pid/cmdline")|$(tr '\\n' ' ' <"/proc/$pid/cgroup")|$(readlink "/proc/$pid/ns/mnt")"
    done
    echo "init|$(readlink /proc/1/ns/mnt)"`);
  const lines = text.trim().split('\n');
  const outside = lines.pop()?.split('|')[1];
  const wrong: string[] = [];
  const clients = lines
    .map((line) => line.split('|'))
    .map(([, command, group, mounts]) => ({ command, group, mounts }));
  for (const { name } of nics.filter((nic) => !nic.primary)) {
    const own = clients.filter(({ command }) => new RegExp(`(^|[ :])${name}( |$)`).test(command ?? ''));
    // dhcpcd has helpers of its own: the manager is the one with options.
    const managers = own.filter(({ command }) => !/^dhcpcd: /.test(command ?? ''));
    if (managers.length > most)
      wrong.push(`${managers.length} clients of ${name}: ${JSON.stringify(managers)}`);
    for (const { command, group, mounts } of own) {
      if (group?.includes('enid.service') === true) wrong.push(`in enid's cgroup: ${command}`);
      if (mounts !== outside && !/^dhcpcd: /.test(command ?? '')) wrong.push(`in a sandbox: ${command}`);
    }
  }
  return wrong;
}

/** How often a NIC was given its lease so far. */
export function leases(guest: Guest, nic: Nic): number {
  return (guest.dhcpLog(nic).match(/DHCPACK\(/g) ?? []).length;
}

/** How often its client began anew. */
export function discoveries(guest: Guest, nic: Nic): number {
  return (guest.dhcpLog(nic).match(/DHCPDISCOVER\(/g) ?? []).length;
}
