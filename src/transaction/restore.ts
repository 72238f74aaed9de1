import { dirname } from 'node:path';
import type { Problem, Result } from '../model/problem.ts';
import { type FileContent, type Files, temporaryPrefix } from '../ports/files.ts';
import { digestOf, foreignProblem, linkProblem } from './content.ts';
import { readBackup } from './history.ts';
import { placesOf } from './journal.ts';
import { identify } from './process.ts';
import type { Planned, PlannedChange } from './records.ts';

export interface Restored {
  /** Paths that are again as they were. */
  readonly paths: readonly string[];
  /** Where content went that neither we nor the time before wrote. */
  readonly displaced: readonly string[];
  /** Files of somebody else that stand there now, and stay (`unmanaged`). */
  readonly kept: readonly Problem[];
  /** What could not be put back; everything else was. */
  readonly problems: readonly Problem[];
}

/**
 * Puts every file of the plan back byte for byte, with mode and owner, and removes the directories and temporary
 * files that writing left. What somebody wrote there meanwhile without our marker stays. A file that is as it was is not touched, so doing it twice, or being stopped half way and
 * begun again, comes to the same.
 */
export async function restoreFiles(files: Files, planned: Planned): Promise<Restored> {
  const paths: string[] = [];
  const displaced: string[] = [];
  const kept: Problem[] = [];
  const problems: Problem[] = [];
  for (const change of [...planned.changes].reverse()) {
    const restored = await restore(files, planned.id, change);
    if (!restored.ok) problems.push(restored.problem);
    else if (typeof restored.value === 'object') kept.push(restored.value);
    else if (restored.value !== 'untouched') paths.push(change.path);
    if (restored.ok && restored.value === 'displaced') displaced.push(displacedCopy(planned.id, change));
  }
  problems.push(
    ...(await removeTemporaries(
      files,
      planned.changes.map((change) => change.path),
    )),
  );
  for (const directory of [...planned.directories].reverse()) {
    const left = await files.list(directory);
    // Somebody put a file there meanwhile: the directory stays.
    if (!left.ok || left.value === null || left.value.length > 0) continue;
    const removed = await files.remove(directory);
    if (!removed.ok) problems.push(removed.problem);
  }
  return { paths, displaced, kept, problems };
}

async function restore(
  files: Files,
  id: string,
  change: PlannedChange,
): Promise<Result<'untouched' | 'restored' | 'displaced' | Problem>> {
  const { path, before, after } = change;
  const there = await files.read(path);
  if (!there.ok) return there;
  if (isBefore(there.value, before)) return { ok: true, value: 'untouched' };
  const link = await files.linkTarget(path);
  if (!link.ok) return link;
  const foreign =
    link.value === null ? foreignProblem(path, there.value, [before?.digest, after]) : linkProblem(path);
  if (foreign !== null) return { ok: true, value: foreign };
  const digest = there.value === null ? null : digestOf(there.value.bytes);
  const stranger = there.value !== null && digest !== after && digest !== before?.digest;
  if (there.value !== null && stranger) {
    const copied = await files.write(displacedCopy(id, change), there.value.bytes, { mode: 0o600 });
    if (!copied.ok) return copied;
  }
  const made = before === null ? await files.remove(path) : await writeBack(files, id, path, before);
  return made.ok ? { ok: true, value: stranger ? 'displaced' : 'restored' } : made;
}

async function writeBack(
  files: Files,
  id: string,
  path: string,
  before: NonNullable<PlannedChange['before']>,
): Promise<Result<void>> {
  const backup = await readBackup(files, id, before);
  if (!backup.ok) return backup;
  return files.write(path, backup.value, { mode: before.mode, uid: before.uid, gid: before.gid });
}

function isBefore(there: FileContent | null, before: PlannedChange['before']): boolean {
  if (there === null || before === null) return there === null && before === null;
  const same = there.mode === before.mode && there.uid === before.uid && there.gid === before.gid;
  return same && digestOf(there.bytes) === before.digest;
}

function displacedCopy(id: string, change: PlannedChange): string {
  return placesOf(id).displaced(change.path.slice(1).replace(/\//g, '%'));
}

/** Removes what a crash left of half-written files beside these. Gives what could not be removed. */
export async function removeTemporaries(files: Files, paths: readonly string[]): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (const directory of new Set(paths.map((path) => dirname(path)))) {
    const entries = await files.list(directory);
    if (!entries.ok) problems.push(entries.problem);
    for (const entry of entries.ok ? (entries.value ?? []) : []) {
      if (!entry.name.startsWith(temporaryPrefix)) continue;
      const removed = await files.remove(`${directory}/${entry.name}`);
      if (!removed.ok) problems.push(removed.problem);
    }
  }
  return problems;
}

/** The process that wrote a temporary file, from its name (`.enid-tmp-NAME.PID.NUMBER`). */
const writerOf = /\.(\d+)\.\d+$/;

/**
 * Removes what processes that run no more left half-written in these directories, where others may write meanwhile. Gives
 * what could not be removed.
 */
export async function sweepTemporaries(
  files: Pick<Files, 'list' | 'read' | 'remove'>,
  directories: readonly string[],
): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (const directory of directories) {
    const entries = await files.list(directory);
    if (!entries.ok) problems.push(entries.problem);
    for (const { name, kind } of entries.ok ? (entries.value ?? []) : []) {
      const pid = name.startsWith(temporaryPrefix) && kind === 'file' ? writerOf.exec(name)?.[1] : undefined;
      if (pid === undefined) continue;
      const writer = await identify(files, Number(pid));
      const removed =
        writer.ok && writer.value === null ? await files.remove(`${directory}/${name}`) : writer;
      if (!removed.ok) problems.push(removed.problem);
    }
  }
  return problems;
}
