import { createHash } from 'node:crypto';
import { type FileChange, marker } from '../model/file.ts';
import { ok, type Problem, type Result } from '../model/problem.ts';
import type { FileContent, Files } from '../ports/files.ts';

/** sha256 in hex, as state.json keeps it. */
export function digestOf(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex');
}

/** True for a file that enid wrote: it begins with the marker, a script after the line that names its interpreter. */
export function isMarked(bytes: Uint8Array): boolean {
  const head = new TextDecoder().decode(bytes.subarray(0, 1024));
  return head.replace(/^#!.*\n/, '').startsWith(marker);
}

/**
 * A file without our marker is somebody else's, and neither removed nor overwritten, whatever state.json or a journal says.
 * `ours`: digests of what may stand at the path all the same, such as a person's file that enid put back.
 */
export function foreignProblem(
  path: string,
  there: Pick<FileContent, 'bytes'> | null,
  ours: readonly (string | null | undefined)[] = [],
): Problem | null {
  if (there === null || isMarked(there.bytes) || ours.includes(digestOf(there.bytes))) return null;
  const message = 'the file does not begin with the marker of enid, so it stays as it is';
  return { code: 'unmanaged', place: path, message, advice: 'remove it yourself if nobody needs it' };
}

/** Symbolic links are not ours: enid neither writes through one nor removes one. */
export function linkProblem(path: string): Problem {
  const message = 'a symbolic link stands at this path, so it stays as it is';
  return { code: 'unmanaged', place: path, message, advice: 'remove the link' };
}

/** The bytes that stand in the file after the change; null where it is removed. */
export function bytesAfter(change: FileChange): Uint8Array | null {
  if (change.after === null) return null;
  return change.after.original?.bytes ?? new TextEncoder().encode(change.after.text);
}

export function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}

/**
 * One digest for what a plan would do, whatever order it is listed in; `further` takes in what else makes it the
 * plan that it is (the steps, say). For `State.refusedPlan`.
 */
export function planDigest(changes: readonly FileChange[], further: readonly string[]): string {
  const lines = changes.map((change) => {
    const bytes = bytesAfter(change);
    return [change.path, change.action, bytes === null ? '' : digestOf(bytes), change.after?.mode ?? ''];
  });
  return digestOf(JSON.stringify([lines.map((line) => JSON.stringify(line)).sort(), further]));
}

/** What stands at some paths. */
export interface Disk {
  readonly contents: ReadonlyMap<string, FileContent | null>;
  /** Paths where a symbolic link stands, whatever it points at. */
  readonly links: ReadonlySet<string>;
}

/** Reads what stands at the paths. Errors: `file-unreadable`. */
export async function readDisk(
  files: Pick<Files, 'read' | 'linkTarget'>,
  paths: Iterable<string>,
): Promise<Result<Disk>> {
  const contents = new Map<string, FileContent | null>();
  const links = new Set<string>();
  for (const path of paths) {
    const [content, target] = await Promise.all([files.read(path), files.linkTarget(path)]);
    if (!content.ok) return content;
    if (!target.ok) return target;
    contents.set(path, content.value);
    if (target.value !== null) links.add(path);
  }
  return ok({ contents, links });
}
