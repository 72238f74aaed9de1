import { fail } from '../model/problem.ts';
import type { Ports } from '../ports/ports.ts';

/**
 * The ports for an image below `--root`: its files, and no program, since what runs here says nothing about it.
 * Every program is `command-missing`.
 */
export function offline(ports: Ports): Ports {
  const missing = (argv: readonly string[]) =>
    fail('command-missing', argv.join(' '), 'no program is run for an image', 'leave out --root');
  return {
    ...ports,
    exec: {
      run: (argv) => Promise.resolve(missing(argv)),
      follow: () => ({ started: Promise.resolve(null), ended: Promise.resolve(null), stop: () => {} }),
      detach: (argv) => Promise.resolve(missing(argv)),
      signal: () => ({ ok: true, value: false }),
    },
  };
}
