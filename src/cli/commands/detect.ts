import { loadConfig } from '../../config/load.ts';
import { detectStack } from '../../distro/detect.ts';
import { readKernel } from '../../kernel/read.ts';
import { detectCloud } from '../../metadata/fetch.ts';
import { type KernelState, mainTable } from '../../model/kernel.ts';
import { ok, type Result } from '../../model/problem.ts';
import type { Evidence } from '../../model/stack.ts';
import { exitCodes } from '../../report/exit-code.ts';
import type { CommandOutput, Context } from '../command.ts';
import { offline } from '../offline.ts';
import { painter } from '../paint.ts';
import { alignColumns } from '../table.ts';

/** `enid detect`: distribution, stack and cloud. Below `--root` only files are looked at, and no primary is known. */
export async function run(context: Context): Promise<Result<CommandOutput>> {
  const { root, json, colour } = context;
  const ports = root === '/' ? context.ports : offline(context.ports);
  const config = await loadConfig(ports.files, context.configPath);
  if (!config.ok) return config;
  const kernel = root === '/' ? await readKernel(ports) : null;
  const primary = kernel?.ok === true ? defaultRouteLink(kernel.value) : null;
  const [stack, cloud] = await Promise.all([
    detectStack(ports, primary, config.value),
    detectCloud(ports, config.value),
  ]);
  if (!stack.ok) return stack;
  if (!cloud.ok && cloud.problem.code !== 'provider-unknown') return cloud;
  const noCloud: Evidence[] = cloud.ok
    ? []
    : [{ what: cloud.problem.place, found: cloud.problem.message, means: 'the cloud is not known' }];
  const found: Found = {
    cloud: cloud.ok ? cloud.value.cloud : null,
    distro: { id: stack.value.distro.id, version: stack.value.distro.version },
    pretty: stack.value.distro.pretty,
    stack: stack.value.stack.id,
    format: stack.value.stack.format,
    evidence: [...stack.value.evidence, ...(cloud.ok ? cloud.value.evidence : noCloud)],
  };
  return ok({ text: json ? printJson(found) : printFound(found, colour), exitCode: exitCodes.done });
}

interface Found {
  readonly cloud: string | null;
  readonly distro: { readonly id: string; readonly version: string };
  readonly pretty: string;
  readonly stack: string;
  readonly format: string;
  readonly evidence: readonly Evidence[];
}

/** Before the metadata is asked, the link with the best default route is the best guess at the primary. */
function defaultRouteLink(kernel: KernelState): string | null {
  const defaults = kernel.routes.filter(
    (route) => route.table === mainTable && route.destination.endsWith('/0') && route.device !== null,
  );
  const ranked = [...defaults].sort(
    (one, other) => one.family.localeCompare(other.family) || one.metric - other.metric,
  );
  return ranked[0]?.device ?? null;
}

function printJson({ cloud, distro, stack, format, evidence }: Found): string {
  return `${JSON.stringify({ schema: 1, cloud, distro, stack, format, evidence }, null, 2)}\n`;
}

function printFound(found: Found, colour: boolean): string {
  const paint = painter(colour);
  const facts = [
    ['distribution', `${found.pretty} (${found.distro.id} ${found.distro.version})`],
    ['stack', paint('strong', found.stack)],
    ['format', found.format],
    ['cloud', found.cloud ?? '-'],
  ];
  const head = ['LOOKED AT', 'FOUND', 'MEANS'].map((name) => paint('strong', name));
  const rows = found.evidence.map(({ what, found: text, means }) => [what, cut(text), means]);
  return `${alignColumns(facts)}\n\n${alignColumns([head, ...rows])}\n`;
}

/** A line of evidence fits a screen; `--json` has all of it. */
function cut(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 60 ? `${line.slice(0, 57)}...` : line;
}
