import { know } from '../../agent/knowledge.ts';
import { readImageInstance } from '../../agent/plan-image.ts';
import { loadConfig } from '../../config/load.ts';
import { readKernel } from '../../kernel/read.ts';
import { openMetadata, readMetadata } from '../../metadata/fetch.ts';
import { printInstance } from '../../metadata/instance-text.ts';
import type { Config } from '../../model/config.ts';
import type { InstanceFamily, InstanceInterface, InstanceNetwork } from '../../model/instance.ts';
import type { KernelState, Link } from '../../model/kernel.ts';
import { describeProblem, ok, type Problem, type Result } from '../../model/problem.ts';
import type { Ports } from '../../ports/ports.ts';
import { exitCodeOfProblem, exitCodes } from '../../report/exit-code.ts';
import { loadState } from '../../state/load.ts';
import type { CommandOutput, Context } from '../command.ts';
import { offline } from '../offline.ts';
import { type Paint, painter } from '../paint.ts';
import { alignColumns } from '../table.ts';

/**
 * `enid metadata`: one read of the metadata, with the names that this machine's links have. Where it contradicts the
 * kernel it is printed all the same, and the exit code is that of metadata that cannot be read.
 */
export async function run({
  ports,
  configPath,
  json,
  colour,
  stopping,
  root,
}: Context): Promise<Result<CommandOutput>> {
  if (root !== '/') return ofImage({ ports: offline(ports), configPath, json, colour });
  const config = await loadConfig(ports.files, configPath);
  if (!config.ok) return config;
  const [reading, kernel] = await Promise.all([
    readMetadata(ports, config.value, openMetadata(), stopping),
    readKernel(ports),
  ]);
  if (!reading.ok) return reading;
  const instance = withNames(reading.value.instance, kernel.ok ? kernel.value.links : []);
  const text = json ? printInstance(instance) : printTable(instance, painter(colour));
  const problem = kernel.ok
    ? await whyNotKnown(ports, config.value, reading.value.instance, kernel.value)
    : null;
  if (problem === null) return ok({ text, exitCode: exitCodes.done });
  ports.log.warn(describeProblem(problem));
  return ok({ text, exitCode: exitCodeOfProblem(problem) });
}

/** What the image says of its instance: neither this machine's cloud nor its kernel is asked. */
async function ofImage({
  ports,
  configPath,
  json,
  colour,
}: Pick<Context, 'ports' | 'configPath' | 'json' | 'colour'>): Promise<Result<CommandOutput>> {
  const config = await loadConfig(ports.files, configPath);
  if (!config.ok) return config;
  const state = await loadState(ports.files);
  if (!state.ok) return state;
  const instance = await readImageInstance(ports, config.value, state.value, { metadata: openMetadata() });
  if (!instance.ok) return instance;
  const text = json ? printInstance(instance.value) : printTable(instance.value, painter(colour));
  return ok({ text, exitCode: exitCodes.done });
}

/** Why a run would not go by this read; null where it would, or where state.json cannot be read. */
async function whyNotKnown(
  ports: Pick<Ports, 'files' | 'clock'>,
  config: Config,
  read: InstanceNetwork,
  kernel: KernelState,
): Promise<Problem | null> {
  const state = await loadState(ports.files);
  if (!state.ok) return null;
  const circumstances = { unread: 'fail', lastProblem: null, removed: new Set<never>() } as const;
  const { knowledge } = know(
    ports.clock,
    { config, state: state.value },
    kernel,
    { read, problem: null },
    circumstances,
  );
  return knowledge.ok ? null : knowledge.problem;
}

/** A name is said only where one link alone has the MAC. */
function withNames(instance: InstanceNetwork, links: readonly Link[]): InstanceNetwork {
  const name = (nic: InstanceInterface): string | null => {
    const carriers = links.filter((link) => link.mac === nic.mac);
    return carriers.length === 1 ? (carriers[0]?.name ?? null) : nic.name;
  };
  return { ...instance, interfaces: instance.interfaces.map((nic) => ({ ...nic, name: name(nic) })) };
}

function printTable(instance: InstanceNetwork, paint: Paint): string {
  const facts = [
    ['cloud', instance.cloud],
    ['instance', instance.instanceId ?? '-'],
    ...(instance.asOf === undefined ? [] : [['as of', 'boot: a config drive, no service answers']]),
    ['DNS', instance.dns.length === 0 ? '-' : instance.dns.join(' ')],
  ];
  const head = ['NIC', 'ROLE', 'ID', 'MAC', 'FAMILY', 'ADDRESSES', 'SUBNET', 'GATEWAY', 'PREFIXES'];
  const rows = instance.interfaces.flatMap((nic) => nicRows(nic));
  return `${alignColumns(facts)}\n\n${alignColumns([head.map((name) => paint('strong', name)), ...rows])}\n`;
}

function nicRows(nic: InstanceInterface): readonly (readonly string[])[] {
  const role = nic.primary ? 'primary' : 'secondary';
  const first = [nic.name ?? '-', nic.bond === undefined ? role : `${role} (bond)`, nic.id ?? '-', nic.mac];
  const said = (
    [
      ['IPv4', nic.ipv4],
      ['IPv6', nic.ipv6],
    ] as const
  ).filter(([, family]) => isSaid(family));
  if (said.length === 0) return [[...first, '-', 'unknown']];
  return said.map(([name, family], index) => [
    ...(index === 0 ? first : first.map(() => '')),
    name,
    ...cells(family),
  ]);
}

function cells({ addresses, prefixLength, subnet, gateway, prefixes }: InstanceFamily): readonly string[] {
  const list = (values: readonly string[] | null) =>
    values === null ? '?' : values.length === 0 ? '-' : values.join(' ');
  const length = prefixLength === null ? '-' : `/${prefixLength}`;
  return [list(addresses), subnet ?? length, gateway ?? '-', list(prefixes)];
}

function isSaid({ addresses, prefixes, gateway, subnet }: InstanceFamily): boolean {
  return (addresses ?? []).length > 0 || (prefixes ?? []).length > 0 || gateway !== null || subnet !== null;
}
