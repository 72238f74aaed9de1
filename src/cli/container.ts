import { fail, type Problem } from '../model/problem.ts';
import type { Files } from '../ports/files.ts';

/**
 * `container` when this machine is a container, whose links belong to its host; null otherwise. systemd and LXC say so
 * in PID 1's environment (systemd's CONTAINER_INTERFACE), systemd repeats it below /run, Podman and Docker leave a mark. Docker's
 * mark is also in machines made from an image of it: there /etc/hostname is a file of its own, not a mount.
 */
export async function refuseContainer(
  files: Pick<Files, 'readText' | 'read' | 'kind'>,
): Promise<Problem | null> {
  const what = (await namedBySystemd(files)) ?? (await markedByEngine(files));
  if (what === null) return null;
  const { problem } = fail(
    'container',
    what,
    'this is a container: its network is the work of its host',
    'give --force to configure it all the same',
  );
  return problem;
}

async function namedBySystemd(files: Pick<Files, 'readText' | 'read'>): Promise<string | null> {
  const named = await files.readText('/run/systemd/container');
  if (named.ok && named.value !== null) return '/run/systemd/container';
  const environment = await files.read('/proc/1/environ');
  if (!environment.ok || environment.value === null) return null;
  const variables = Buffer.from(environment.value.bytes).toString('latin1').split('\0');
  return variables.some((variable) => /^container=./.test(variable)) ? '/proc/1/environ' : null;
}

async function markedByEngine(files: Pick<Files, 'readText' | 'kind'>): Promise<string | null> {
  const podman = await files.kind('/run/.containerenv');
  if (podman.ok && podman.value !== null) return '/run/.containerenv';
  const docker = await files.kind('/.dockerenv');
  if (!docker.ok || docker.value === null) return null;
  const mounts = await files.readText('/proc/self/mountinfo');
  return mounts.ok && / \/etc\/hostname /.test(mounts.value ?? '') ? '/.dockerenv' : null;
}
