import { spawnSync } from 'node:child_process';
import { labEnvironment } from './run.ts';

/**
 * Why no lab can be made here, in one line; null where it can. Needed: iproute2, `unshare` and `nsenter` (util-linux),
 * `mount`, and root, be it the root of a user namespace.
 */
export function labObstacle(): string | null {
  const missing = ['ip', 'unshare', 'nsenter', 'mount', 'pivot_root'].filter(
    (program) => !works([program, '-V']),
  );
  if (missing.length > 0) {
    return `${missing.join(' and ')} not found: install iproute2 and util-linux`;
  }
  if (works(['unshare', '--net', '--mount', '--pid', '--fork', '--mount-proc', 'true'])) return null;
  return process.getuid?.() === 0
    ? 'root, but network namespaces cannot be made here: run it outside of the container, or with --privileged'
    : 'not root: run it as root';
}

/**
 * Makes the rest of the program run where a lab can be made: here, or as root of a user namespace, in which case the
 * program is run once more inside and this one exits with its code. Gives the obstacle when neither is possible.
 */
export function enterUserNamespaceIfNeeded(): string | null {
  const obstacle = labObstacle();
  if (obstacle === null || obstacle.includes('not found')) return obstacle;
  const inside = ['--user', '--map-root-user', '--mount', '--net'];
  if (process.getuid?.() === 0 || !works(['unshare', ...inside, 'true'])) {
    return `${obstacle}, or allow unprivileged user namespaces`;
  }
  const again = spawnSync(
    'unshare',
    [...inside, process.execPath, ...process.execArgv, ...process.argv.slice(1)],
    {
      stdio: 'inherit',
    },
  );
  process.exit(again.status ?? 1);
}

function works(argv: readonly string[]): boolean {
  const [program = '', ...rest] = argv;
  return spawnSync(program, rest, { env: labEnvironment(), stdio: 'ignore' }).status === 0;
}
