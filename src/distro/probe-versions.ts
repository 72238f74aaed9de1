import { describeProblem, type Result } from '../model/problem.ts';
import type { Evidence, Stack, StackId, Version } from '../model/stack.ts';
import type { ExecOutput } from '../ports/exec.ts';
import type { Ports } from '../ports/ports.ts';
import { firstVersion, packageVersion, systemdVersion } from './versions.ts';

type Versions = Stack['versions'];
type Software = keyof Versions;

interface VersionProbe {
  readonly software: Exclude<Software, 'kernel'>;
  /** Asked one after the other until one answers: Debian's way first, then RPM's. */
  readonly commands: readonly (readonly string[])[];
  parse(output: string): Version | null;
}

const probes: readonly VersionProbe[] = [
  { software: 'systemd', commands: [['systemctl', '--version']], parse: systemdVersion },
  { software: 'networkmanager', commands: [['NetworkManager', '--version']], parse: firstVersion },
  { software: 'wicked', commands: [['wicked', '--version']], parse: firstVersion },
  {
    // netplan itself has no way to say it; Ubuntu's package was called nplan up to 17.10.
    software: 'netplan',
    commands: [
      ['dpkg-query', '-s', 'netplan.io'],
      ['dpkg-query', '-s', 'nplan'],
      ['rpm', '-q', '--qf', '%{VERSION}', 'netplan'],
    ],
    parse: packageVersion,
  },
];

/** What the forms of files and steps of a stack depend on. */
function wanted(stack: StackId, init: Stack['init'], renderer: Stack['renderer']): readonly Software[] {
  const systemd: readonly Software[] = init === 'systemd' && stack !== 'none' ? ['systemd'] : [];
  if (stack === 'netplan')
    return [...systemd, 'netplan', ...(renderer === 'networkmanager' ? ['networkmanager' as const] : [])];
  if (stack === 'networkmanager' || stack === 'network-scripts') return [...systemd, 'networkmanager'];
  return stack === 'wicked' ? [...systemd, 'wicked'] : systemd;
}

/**
 * The versions that matter to the stack, asked all at once. A version that is not told is null: renderers then use the
 * oldest form, and the evidence says why.
 */
export async function askVersions(
  ports: Pick<Ports, 'exec' | 'files'>,
  stack: Pick<Stack, 'id' | 'init' | 'renderer'>,
): Promise<{ readonly versions: Versions; readonly evidence: readonly Evidence[] }> {
  const names = wanted(stack.id, stack.init, stack.renderer);
  const asked = probes.filter((probe) => names.includes(probe.software));
  const [kernel, ...answers] = await Promise.all([
    askKernel(ports),
    ...asked.map((probe) => askOne(ports, probe)),
  ]);
  const version = (software: Software): Version | null =>
    answers.find((answer) => answer.software === software)?.version ?? null;
  return {
    versions: {
      networkmanager: version('networkmanager'),
      systemd: version('systemd'),
      netplan: version('netplan'),
      wicked: version('wicked'),
      kernel: kernel.version,
    },
    evidence: [...answers, kernel].map((answer) => answer.evidence),
  };
}

interface Answer {
  readonly software: Software;
  readonly version: Version | null;
  readonly evidence: Evidence;
}

async function askOne(ports: Pick<Ports, 'exec'>, probe: VersionProbe): Promise<Answer> {
  let what = '';
  let found = 'not installed';
  for (const command of probe.commands) {
    what = command.join(' ');
    const output = await ports.exec.run(command, { timeout: 5000 });
    if (!output.ok && output.problem.code === 'command-missing') continue;
    const version = output.ok && output.value.exitCode === 0 ? probe.parse(output.value.stdout) : null;
    if (version !== null) return answer(probe.software, version, what, version.join('.'));
    found = described(output);
  }
  return answer(probe.software, null, what, found);
}

async function askKernel(ports: Pick<Ports, 'files'>): Promise<Answer> {
  const path = '/proc/sys/kernel/osrelease';
  const text = await ports.files.readText(path);
  const found = text.ok ? (text.value ?? 'not there').trim() : describeProblem(text.problem);
  return answer('kernel', text.ok && text.value !== null ? firstVersion(text.value) : null, path, found);
}

function answer(software: Software, version: Version | null, what: string, found: string): Answer {
  const means =
    version === null
      ? `${software} is not there or does not tell its version`
      : `${software} ${version.join('.')}`;
  return { software, version, evidence: { what, found, means } };
}

function described(output: Result<ExecOutput>): string {
  if (!output.ok) return describeProblem(output.problem);
  const words = (output.value.stderr.trim() || output.value.stdout.trim()).split('\n')[0] ?? '';
  return `exit ${output.value.exitCode}: ${words.slice(0, 80)}`;
}
