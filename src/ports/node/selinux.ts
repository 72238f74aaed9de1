import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';

// Node has no call for extended attributes, and the label of a new file is a matter of the policy's file_contexts,
// which only libselinux reads. So the two programs that every SELinux system has are asked: chcon (coreutils)
// before the rename where a file is replaced, restorecon (policycoreutils) after it where the file is new. Both are
// best effort: without them a file has its directory's type, which is what policies give the files we write.

/** True where the kernel enforces or reports SELinux labels (selinuxfs is mounted). */
export function hasLabels(): Promise<boolean> {
  return stat('/sys/fs/selinux/enforce').then(
    () => true,
    () => false,
  );
}

/** Gives `path` the label of `reference`. */
export function keepLabel(reference: string, path: string): Promise<void> {
  return runQuietly('chcon', ['-h', `--reference=${reference}`, '--', path]);
}

/** Gives `path` the label that the policy's file_contexts name for it. */
export function restoreLabel(path: string): Promise<void> {
  return runQuietly('restorecon', ['-F', path]);
}

function runQuietly(program: string, args: readonly string[]): Promise<void> {
  const env = { LC_ALL: 'C', PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };
  return new Promise((resolve) => {
    execFile(program, [...args], { timeout: 10_000, env }, () => resolve());
  });
}
