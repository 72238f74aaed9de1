import { forwardingRecord } from '../model/forwarding.ts';
import { fail, ok, type Result } from '../model/problem.ts';
import type { Ports } from '../ports/ports.ts';
import { nftTableName } from './nft.ts';
import { type Way, ways } from './unload.ts';

/** What was loaded since boot. */
export interface Loaded {
  /** `forwardingId` of the script that loaded it, with `-partly` where a NIC had no rule. */
  readonly id: string;
  /** The kernel shows the same now as right after it was loaded. */
  readonly isWhole: boolean;
}

type Looking = Pick<Ports, 'exec' | 'files'>;

/**
 * Compares what the kernel shows with the script's record; null where nothing was loaded since boot, and then no process is started.
 * The same program prints both, so that no version of it has to be understood. Errors: `file-unreadable`, `command-failed`,
 * `command-timeout`: what cannot be looked at is not taken for missing.
 */
export async function loadedForwarding({ exec, files }: Looking): Promise<Result<Loaded | null>> {
  const record = await files.readText(forwardingRecord);
  if (!record.ok) return record;
  if (record.value === null) return ok(null);
  const [first = '', ...rest] = record.value.split('\n');
  const [id = '', name = ''] = first.split(' ');
  const way = ways.find((one) => one === name);
  if (way === undefined) return ok({ id, isWhole: false });
  const listed = await list(exec, way);
  return listed.ok ? ok({ id, isWhole: listed.value === rest.join('\n') }) : listed;
}

/** Where somebody took it away there is nothing to list, which is not a failure. */
const isNothing = /No such file or directory|does not exist/;

async function list(exec: Looking['exec'], way: Way): Promise<Result<string>> {
  let text = '';
  for (const argv of lists[way]) {
    const run = await exec.run(argv);
    if (!run.ok && run.problem.code === 'command-missing' && argv[0] === 'ip6tables') continue;
    if (!run.ok) return run;
    const { exitCode, stdout, stderr } = run.value;
    if (exitCode !== 0 && !isNothing.test(stderr))
      return fail('command-failed', argv.join(' '), stderr.trim().split('\n')[0] ?? `exit code ${exitCode}`);
    text += way === 'iptables' ? ourLines(stdout) : stdout;
  }
  return ok(text);
}

/** As the script does it. */
const lists: Readonly<Record<Way, readonly (readonly string[])[]>> = {
  'nft-inet': [['nft', 'list', 'table', 'inet', nftTableName]],
  'nft-ip': ['ip', 'ip6'].map((family) => ['nft', 'list', 'table', family, nftTableName]),
  iptables: ['iptables', 'ip6tables'].map((program) => [program, '-t', 'mangle', '-S']),
};

function ourLines(text: string): string {
  return text
    .split('\n')
    .filter((line) => line.includes('ENID-'))
    .map((line) => `${line}\n`)
    .join('');
}
