import type { DesiredNetwork } from '../model/desired.ts';
import type { KernelState } from '../model/kernel.ts';
import { networkFileName } from '../model/network-file.ts';
import { ok, type Result } from '../model/problem.ts';
import type { Stack } from '../model/stack.ts';
import type { Files } from '../ports/files.ts';
import { linkOf } from './comparison.ts';

/**
 * A sentence for each secondary that systemd-networkd configures by somebody else's .network file, because that stands before ours by
 * name. Which one it is, networkd's own record of the link says (`NETWORK_FILE=`, as sd_network_link_get_network_file(3)
 * reads it). Errors: `file-unreadable`.
 */
export async function hiddenFiles(
  files: Pick<Files, 'readText'>,
  kernel: KernelState,
  network: DesiredNetwork,
  stack: Stack,
): Promise<Result<readonly string[]>> {
  const notes: string[] = [];
  for (const nic of network.secondaries) {
    const own = networkFileName(nic, stack);
    const link = linkOf(nic, kernel);
    if (own === null || link === undefined) continue;
    const record = await files.readText(`/run/systemd/netif/links/${link.index}`);
    if (!record.ok) return record;
    const used = /^NETWORK_FILE=(\S+)$/m.exec(record.value ?? '')?.[1];
    const name = used?.slice(used.lastIndexOf('/') + 1);
    if (name === undefined || name >= own) continue;
    notes.push(
      `${nic.name}: systemd-networkd takes ${used}, which stands before ${own}: give it a name that sorts later, or leave ${nic.name} out of its [Match]`,
    );
  }
  return ok(notes);
}
