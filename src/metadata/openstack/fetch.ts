import type { ProblemCode } from '../../model/problem.ts';
import type { Fetch, FetchContext } from '../provider.ts';
import { openConfigDrive } from './config-drive.ts';
import { readService } from './service.ts';

/** What there is no metadata service at all looks like; any other failure is one of a service that is there. */
const absent: readonly ProblemCode[] = ['metadata-unreachable', 'metadata-timeout', 'metadata-not-found'];

/**
 * Reads the metadata service, or, where there is none, the config drive. The drive is as old as the boot: once the service
 * has answered, what it says is the truth for as long as this process lives, and its silence is a problem.
 */
export function openOpenstack(context: FetchContext, base: string): Fetch {
  const drive = openConfigDrive(context);
  let hasAnswered = false;
  return async (budget) => {
    const served = await readService(context, base, budget);
    if (served.ok) hasAnswered = true;
    if (served.ok || hasAnswered || !absent.includes(served.problem.code)) return served;
    return (await drive.read()) ?? served;
  };
}
