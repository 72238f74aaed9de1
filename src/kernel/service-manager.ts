import type { Result } from '../model/problem.ts';
import type { Files } from '../ports/files.ts';

/**
 * True where systemd is PID 1 (sd_booted(3)) and serves the network namespace this process works in: what it starts
 * for us would otherwise act on another network than ours. A namespace that may not be asked counts as the same.
 */
export async function runsUnderSystemd(files: Pick<Files, 'kind' | 'linkTarget'>): Promise<boolean> {
  const [booted, first, own] = await Promise.all([
    files.kind('/run/systemd/system'),
    files.linkTarget('/proc/1/ns/net'),
    files.linkTarget('/proc/self/ns/net'),
  ]);
  if (!booted.ok || booted.value !== 'directory') return false;
  return namespace(first) === null || namespace(own) === null || namespace(first) === namespace(own);
}

function namespace(target: Result<string | null>): string | null {
  return target.ok ? (/net:\[\d+\]/.exec(target.value ?? '')?.[0] ?? null) : null;
}
