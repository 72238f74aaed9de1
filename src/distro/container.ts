import { printable } from '../model/mac.ts';
import type { Evidence } from '../model/stack.ts';
import type { Ports } from '../ports/ports.ts';

export interface Surroundings {
  readonly container: boolean;
  readonly evidence: readonly Evidence[];
}

const marks = ['/run/systemd/container', '/run/host/container-manager', '/run/.containerenv'];

/**
 * Whether this is a container, whose network belongs to whoever runs it. Marks of container managers first, then
 * the environment of PID 1, and only where that may not be read systemd's own tool. What cannot be asked counts for nothing.
 */
export async function findContainer(ports: Pick<Ports, 'exec' | 'files'>): Promise<Surroundings> {
  const kinds = await Promise.all(marks.map((path) => ports.files.kind(path)));
  const mark = marks.find((_, index) => {
    const kind = kinds[index];
    return kind?.ok === true && kind.value !== null;
  });
  if (mark !== undefined) return inside(mark, 'present');
  if (await isDocker(ports)) return inside('/.dockerenv', 'present, and /etc/hostname is mounted');
  const environment = await ports.files.readText('/proc/1/environ');
  if (!environment.ok) return askSystemd(ports);
  const manager = (environment.value ?? '').split('\0').find((entry) => entry.startsWith('container='));
  if (manager !== undefined) return inside('/proc/1/environ', printable(manager));
  return {
    container: false,
    evidence: [{ what: 'marks of containers', found: 'none', means: 'a machine of its own' }],
  };
}

/** A machine made from a container image keeps Docker's mark; only in a running container /etc/hostname is a mount. */
async function isDocker({ files }: Pick<Ports, 'files'>): Promise<boolean> {
  const [mark, mounts] = await Promise.all([
    files.kind('/.dockerenv'),
    files.readText('/proc/self/mountinfo'),
  ]);
  return mark.ok && mark.value !== null && mounts.ok && / \/etc\/hostname /.test(mounts.value ?? '');
}

function inside(what: string, found: string): Surroundings {
  return { container: true, evidence: [{ what, found, means: 'this is a container' }] };
}

async function askSystemd({ exec }: Pick<Ports, 'exec'>): Promise<Surroundings> {
  const what = 'systemd-detect-virt --container';
  const answer = await exec.run(what.split(' '), { timeout: 3000 });
  if (!answer.ok) {
    return {
      container: false,
      evidence: [{ what, found: answer.problem.message, means: 'could not be asked' }],
    };
  }
  const word = answer.value.stdout.trim();
  // Exit 1 and "none": no container.
  if (answer.value.exitCode === 0 && word !== 'none') return inside(what, printable(word));
  return { container: false, evidence: [{ what, found: word, means: 'a machine of its own' }] };
}
