import { fail, ok } from '../model/problem.ts';
import type { Ports } from '../ports/ports.ts';

/**
 * The ports for an image below `--root`: its files, no program, and neither /proc nor /sys, since what runs here says nothing
 * about it. Every program is `command-missing`; below /proc and /sys nothing is there.
 */
export function offline(ports: Ports): Ports {
  const missing = (argv: readonly string[]) =>
    fail('command-missing', argv.join(' '), 'no program is run for an image', 'leave out --root');
  const { files } = ports;
  const nothing = Promise.resolve(ok(null));
  return {
    ...ports,
    files: {
      ...files,
      read: (path, most) => (isKernels(path) ? nothing : files.read(path, most)),
      readText: (path, most) => (isKernels(path) ? nothing : files.readText(path, most)),
      list: (path) => (isKernels(path) ? nothing : files.list(path)),
      kind: (path) => (isKernels(path) ? nothing : files.kind(path)),
      linkTarget: (path) => (isKernels(path) ? nothing : files.linkTarget(path)),
    },
    exec: {
      run: (argv) => Promise.resolve(missing(argv)),
      follow: () => ({ started: Promise.resolve(null), ended: Promise.resolve(null), stop: () => {} }),
      detach: (argv) => Promise.resolve(missing(argv)),
      signal: () => ({ ok: true, value: false }),
    },
  };
}

function isKernels(path: string): boolean {
  return /^\/(proc|sys)(\/|$)/.test(path);
}
