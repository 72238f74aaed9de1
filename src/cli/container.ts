import { findContainer } from '../distro/container.ts';
import { fail, type Problem } from '../model/problem.ts';
import type { Ports } from '../ports/ports.ts';

/** The refusal when this machine is a container, whose links are the work of its host; null otherwise. */
export async function refuseContainer(ports: Pick<Ports, 'exec' | 'files'>): Promise<Problem | null> {
  const { container, evidence } = await findContainer(ports);
  if (!container) return null;
  const [mark] = evidence;
  const { problem } = fail(
    'container',
    mark?.what ?? 'this machine',
    'this is a container: its network is the work of its host',
    'give --force to configure it all the same',
  );
  return problem;
}
