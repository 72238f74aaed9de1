import { stackActions } from '../activate/registry.ts';
import type { KernelState } from '../model/kernel.ts';
import type { Mac } from '../model/mac.ts';
import { ok, type Result } from '../model/problem.ts';
import type { RunReport } from '../model/run.ts';
import type { Stack } from '../model/stack.ts';
import type { Files } from '../ports/files.ts';
import { presencePath } from './presence.ts';

/**
 * While this directory is there, udev waits with a NIC that appears, for 10 s at most, or a minute while a change is made for
 * that very NIC ({@link holdOn}), until a file by its MAC lies in it (packaging/udev): a stack that configures every new NIC
 * by itself then finds enid's files when it begins, and no
 * second default route is there even for a moment. With two of the same metric the kernel may take either (seen: replies of
 * the primary left by the new NIC). Only the daemon makes it; it goes with the daemon.
 */
export const holdDirectory = '/run/enid/hold';

type Holding = Pick<Files, 'list' | 'kind' | 'create' | 'makeDirectory' | 'remove'>;

/**
 * Has udev wait for these NICs as long as a busy machine needs to write their files, a minute at most. Nothing happens
 * while none is held. Errors: `file-…`.
 */
export function holdOn(files: Holding, macs: readonly Mac[]): Promise<Result<void>> {
  return mark(
    files,
    macs.map((mac) => `${mac}.working`),
  );
}

/** Lets udev go on with these NICs. Nothing happens while none is held. Errors: `file-…`. */
export function letGo(files: Holding, macs: readonly Mac[]): Promise<Result<void>> {
  return mark(files, macs);
}

async function mark(files: Holding, names: readonly string[]): Promise<Result<void>> {
  const open = await files.kind(holdDirectory);
  if (!open.ok || open.value === null) return open.ok ? ok(undefined) : open;
  for (const name of names) {
    const made = await files.create(`${holdDirectory}/${name}`, '', 0o644);
    if (!made.ok) return made;
  }
  return ok(undefined);
}

/**
 * After a run: holds NICs that appear from now on where a daemon runs and the stack needs it, and lets go of all that the
 * run found in the kernel but those which the metadata may list soon. What left is held again when it comes back.
 * Errors: `file-…`.
 */
export async function tendHold(
  files: Holding,
  stack: Stack,
  { links }: Pick<KernelState, 'links'>,
  { interfaces }: Pick<RunReport, 'interfaces'>,
): Promise<Result<void>> {
  const daemon = await files.kind(presencePath);
  if (!daemon.ok) return daemon;
  if (daemon.value === null || stackActions[stack.id].takesNewNics?.(stack) !== true) return ok(undefined);
  const awaited = new Set(interfaces.filter((nic) => nic.reason === 'not-in-metadata').map((nic) => nic.mac));
  const free = new Set(links.flatMap(({ mac }) => (mac === null || awaited.has(mac) ? [] : [mac])));
  const made = await files.makeDirectory(holdDirectory, 0o755);
  const marks = made.ok ? await files.list(holdDirectory) : made;
  if (!marks.ok) return marks;
  const marked = new Set((marks.value ?? []).map(({ name }) => name));
  for (const name of marked) {
    const removed = free.has(name as Mac) ? ok(undefined) : await files.remove(`${holdDirectory}/${name}`);
    if (!removed.ok) return removed;
  }
  return letGo(
    files,
    [...free].filter((mac) => !marked.has(mac)),
  );
}
