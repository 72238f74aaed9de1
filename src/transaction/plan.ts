import type { FileChange, OwnedFile, RenderedFile } from '../model/file.ts';
import type { Mac } from '../model/mac.ts';
import type { Problem } from '../model/problem.ts';
import type { FileContent } from '../ports/files.ts';
import { type Disk, digestOf, foreignProblem, isMarked, sameBytes } from './content.ts';

export interface PlanInput {
  /** What stands at every owned and every rendered path ({@link readDisk}). */
  readonly disk: Disk;
  /** Ours, by path, as state.json says. */
  readonly owned: ReadonlyMap<string, OwnedFile>;
  /** Every file that should be there, each path once. */
  readonly rendered: readonly RenderedFile[];
  /** NICs whose configuration goes: their files go even where somebody edited them (a copy stays in the backup). */
  readonly leaving: ReadonlySet<Mac>;
  /** A file of ours that somebody edited or deleted is taken back. */
  readonly force: boolean;
  /** A person's file at a path of ours is backed up and replaced. */
  readonly adopt: boolean;
}

/** A file that should change and is left as it is, and the change that was not made. */
export interface KeptFile {
  readonly path: string;
  readonly mac: Mac | null;
  /** `edited` or `unmanaged`. */
  readonly problem: Problem;
  readonly change: FileChange;
}

export interface FilePlan {
  /** In the order they are made, by path. */
  readonly changes: readonly FileChange[];
  readonly kept: readonly KeptFile[];
  /** Ours after the changes: for `State.files`. */
  readonly owned: ReadonlyMap<string, OwnedFile>;
}

/**
 * Decides which files change (design sections 4 and 5). Unchanged bytes and mode are no change. A file of ours that
 * was edited or deleted stays so unless it is taken back; a changed mode alone is put right. What does not begin with our marker
 * is never removed, whatever state.json says, and replaced only if adopted. A file of a person at
 * a path of ours holds back every file of that NIC unless adopted; a file with our marker that state.json has lost,
 * or with cloud-init's header, is replaced. Nothing is written through a
 * symbolic link. Files no longer rendered go.
 */
export function planFiles(input: PlanInput): FilePlan {
  const rendered = new Map(input.rendered.map((file) => [file.path, file]));
  if (rendered.size !== input.rendered.length) throw new Error('a path is rendered twice');
  const wanted = input.rendered.map((file) => judgeWanted(file, input));
  const stale = [...input.owned.values()]
    .filter((file) => !rendered.has(file.path))
    .map((file) => judgeStale(file, input));
  const held = new Set(
    wanted.flatMap((verdict) => (verdict.kept?.problem.code === 'unmanaged' ? [verdict.mac] : [])),
  );
  held.delete(null);

  const owned = new Map(input.owned);
  const changes: FileChange[] = [];
  const kept: KeptFile[] = [];
  for (const verdict of [...wanted, ...stale].sort((one, other) => (one.path < other.path ? -1 : 1))) {
    if (verdict.kept !== null) kept.push(verdict.kept);
    if (verdict.kept !== null || (held.has(verdict.mac) && rendered.has(verdict.path))) continue;
    if (verdict.change !== null) changes.push(verdict.change);
    if (verdict.owned === null) owned.delete(verdict.path);
    else owned.set(verdict.path, verdict.owned);
  }
  return { changes, kept, owned };
}

/** What is thought of one path. With `kept` nothing happens to it and its ownership stays. */
interface Verdict {
  readonly path: string;
  readonly mac: Mac | null;
  readonly change: FileChange | null;
  readonly owned: OwnedFile | null;
  readonly kept: KeptFile | null;
}

function judgeWanted(file: RenderedFile, input: PlanInput): Verdict {
  const { path, mac, mode } = file;
  const there = input.disk.contents.get(path) ?? null;
  const bytes = new TextEncoder().encode(file.text);
  const verdict = { path, mac, owned: { path, digest: digestOf(bytes), mode, mac }, kept: null };
  const link = input.disk.links.has(path);
  const same = there !== null && sameBytes(there.bytes, bytes);
  if (same && there.mode === mode && !link) return { ...verdict, change: null };

  const action = there === null ? 'create' : 'replace';
  const change: FileChange = { path, mac, action, before: there, after: { text: file.text, mode } };
  const mine = input.owned.get(path);
  const problem = link
    ? linkProblem(path, mine !== undefined)
    : same
      ? null
      : mine === undefined || (there !== null && !isMarked(there.bytes))
        ? strangerProblem(path, mac, there, input.adopt)
        : editProblem(mine, there, input.force);
  return problem === null
    ? { ...verdict, change }
    : { ...verdict, change: null, kept: { path, mac, problem, change } };
}

function judgeStale(file: OwnedFile, input: PlanInput): Verdict {
  const { path, mac } = file;
  const there = input.disk.contents.get(path) ?? null;
  const link = input.disk.links.has(path);
  const verdict = { path, mac, owned: null, kept: null };
  if (there === null && !link) return { ...verdict, change: null };

  const change: FileChange = { path, mac, action: 'remove', before: there, after: null };
  const leaves = mac !== null && input.leaving.has(mac);
  const problem = link
    ? linkProblem(path, true)
    : (foreignProblem(path, there) ?? editProblem(file, there, leaves || input.force));
  return problem === null
    ? { ...verdict, change }
    : { ...verdict, change: null, kept: { path, mac, problem, change } };
}

function editProblem(file: OwnedFile, there: FileContent | null, takeBack: boolean): Problem | null {
  if (takeBack || (there !== null && digestOf(there.bytes) === file.digest)) return null;
  const message = there === null ? 'somebody deleted this file of ours' : 'somebody edited this file of ours';
  const advice = 'see `enid plan` for the difference; `enid reconfigure --force` takes it back';
  return { code: 'edited', place: file.path, message, advice };
}

function strangerProblem(
  path: string,
  mac: Mac | null,
  there: FileContent | null,
  adopt: boolean,
): Problem | null {
  if (there === null || adopt || isReplaceable(there.bytes)) return null;
  const left = mac === null ? 'it is not written' : 'its NIC is left alone';
  const message = `a file that is not ours stands at this path, so ${left}`;
  const advice = 'remove it, or set `conflict: adopt` to have it backed up and replaced';
  return { code: 'unmanaged', place: path, message, advice };
}

function linkProblem(path: string, owned: boolean): Problem {
  const message = 'a symbolic link stands at this path; enid writes through none and removes none';
  return { code: owned ? 'edited' : 'unmanaged', place: path, message, advice: 'remove the link' };
}

/**
 * The headers cloud-init gives its files, in the comments they begin with: `Created by cloud-init on instance boot
 * automatically` (sysconfig), `Generated by cloud-init. Changes will be lost.` (keyfile, networkd), `This file is
 * generated from information provided by the datasource` (netplan, interfaces; older ones break the line there).
 */
const cloudInit =
  /^#+ *(?:created by cloud-init|generated by cloud-init|this file is generated from information provided by)/im;

/** Ours from before state.json was lost, or cloud-init's, which writes it anew when it likes. */
function isReplaceable(bytes: Uint8Array): boolean {
  const head = new TextDecoder().decode(bytes.subarray(0, 1024));
  const comments = /^(?:(?:[ \t]*#.*|[ \t]*)\n)*(?:[ \t]*#.*)?/.exec(head)?.[0] ?? '';
  return isMarked(bytes) || cloudInit.test(comments);
}
