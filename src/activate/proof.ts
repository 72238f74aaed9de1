import { fail, ok, type Result } from '../model/problem.ts';
import type { Change } from '../model/step.ts';
import type { Files } from '../ports/files.ts';
import type { Ports } from '../ports/ports.ts';
import { stackActions } from './registry.ts';

/** Where a copy of the configuration stands while the consumer looks at it. */
export const proofDirectory = '/run/enid/proof';

/** Milliseconds: netplan is a Python program, and a busy machine with one slow processor takes its time to start it. */
const patience = 30_000;

/** Directories that netplan reads (netplan(5)). */
const netplanDirectories = ['/usr/lib/netplan', '/lib/netplan', '/etc/netplan', '/run/netplan'];

/**
 * Shows a change to the consumer before a single file of it is in place: netplan makes its back end's files of the whole
 * tree as it will be, in a directory aside. It alone needs this, since one key that it does not know stops every NIC at the
 * next boot; the other stacks pass. Errors: `rejected-by-consumer` with netplan's own words, also where a file of
 * somebody else is to blame; those of the files and exec ports. `directory` is where the copy goes.
 */
export async function proveFiles(
  ports: Pick<Ports, 'exec' | 'files'>,
  change: Pick<Change, 'stack' | 'files'>,
  directory = proofDirectory,
): Promise<Result<void>> {
  const concerned = change.files.some((file) =>
    netplanDirectories.some((one) => file.path.startsWith(`${one}/`)),
  );
  if (change.stack.id !== 'netplan' || !concerned) return ok(undefined);
  const cleared = await ports.files.removeTree(directory);
  if (!cleared.ok) return cleared;
  const copied = await copyTree(ports.files, change, directory);
  const answer = copied.ok
    ? await ports.exec.run(['netplan', 'generate', '--root-dir', directory], { timeout: patience })
    : copied;
  await ports.files.removeTree(directory);
  if (!answer.ok) return answer;
  const said = `${answer.value.stdout}${answer.value.stderr}`.split(directory).join('').trim();
  const refused = stackActions.netplan.refusal(said);
  if (answer.value.exitCode === 0 && refused === null) return ok(undefined);
  return fail(
    'rejected-by-consumer',
    'netplan',
    refused ?? said,
    'nothing was changed; mend the file named there',
  );
}

async function copyTree(
  files: Files,
  change: Pick<Change, 'files'>,
  directory: string,
): Promise<Result<void>> {
  const changed = new Map(change.files.map((file) => [file.path, file.after]));
  for (const from of netplanDirectories) {
    const entries = await files.list(from);
    if (!entries.ok) return entries;
    for (const { name } of entries.value ?? []) {
      const path = `${from}/${name}`;
      if (changed.has(path) || !name.endsWith('.yaml')) continue;
      const content = await files.read(path);
      if (!content.ok) return content;
      if (content.value === null) continue;
      const written = await files.write(`${directory}${path}`, content.value.bytes, { mode: 0o600 });
      if (!written.ok) return written;
    }
  }
  for (const [path, after] of changed) {
    if (after === null || !netplanDirectories.some((one) => path.startsWith(`${one}/`))) continue;
    const written = await files.write(`${directory}${path}`, after.text, { mode: after.mode });
    if (!written.ok) return written;
  }
  return ok(undefined);
}
