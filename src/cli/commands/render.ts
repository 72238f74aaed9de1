import { join, resolve } from 'node:path';
import { defaultConfig } from '../../config/defaults.ts';
import { loadConfig } from '../../config/load.ts';
import { assumedStack } from '../../distro/assumed.ts';
import { desireForwarding } from '../../forwarding/desire.ts';
import { forwardingFile } from '../../forwarding/script.ts';
import { parseInstance } from '../../metadata/instance-schema.ts';
import { parseJson } from '../../metadata/json.ts';
import type { Config } from '../../model/config.ts';
import type { RenderedFile } from '../../model/file.ts';
import type { InstanceNetwork } from '../../model/instance.ts';
import { fail, ok, type Problem, type Result } from '../../model/problem.ts';
import { type Distro, type Stack, stackIds } from '../../model/stack.ts';
import { emptyState } from '../../model/state.ts';
import { desire } from '../../network/desire.ts';
import { imagineKernel } from '../../network/imagine.ts';
import { nodeFiles, readOperandText } from '../../ports/node/files.ts';
import { formats } from '../../render/registry.ts';
import { render } from '../../render/render.ts';
import { exitCodes } from '../../report/exit-code.ts';
import type { CommandOutput, Context } from '../command.ts';
import { templatesOf } from '../templates.ts';

/**
 * `enid render`: saved metadata in, the tree of files of a distribution out. Nothing of this machine is asked but, where
 * they are named or there, the configuration of `--config` and the administrator's templates.
 */
export async function run(context: Context): Promise<Result<CommandOutput>> {
  const { flags, json, force } = context;
  const stackName = stackIds.find((id) => id === flags.get('stack'));
  const system = assumedStack(flags.get('os') ?? '', stackName);
  if (!system.ok) return system;
  const instance = await readInstance(resolve(flags.get('metadata') ?? ''));
  if (!instance.ok) return instance;
  const config = flags.has('config')
    ? await loadConfig(context.ports.files, context.configPath)
    : ok(defaultConfig);
  if (!config.ok) return config;
  const files = await renderFor(instance.value, system.value.stack, config.value, context);
  if (!files.ok) return files;
  const directory = resolve(flags.get('out') ?? '');
  const refused = force ? null : await refuseFull(directory);
  if (refused !== null) return { ok: false, problem: refused };
  const written = await writeTree(directory, files.value.rendered);
  if (!written.ok) return written;
  const text = json ? printJson(system.value, files.value) : printTree(system.value, files.value, directory);
  return ok({ text, exitCode: exitCodes.done });
}

interface Tree {
  readonly rendered: readonly RenderedFile[];
  /** What could not be had as asked. */
  readonly notes: readonly string[];
}

async function readInstance(path: string): Promise<Result<InstanceNetwork>> {
  const text = await readOperandText(path);
  if (!text.ok) return notTheForm(text.problem);
  if (text.value === null) return fail('usage', path, 'no such file', 'save one with: enid metadata --json');
  const json = parseJson(text.value, path);
  const parsed = json.ok ? parseInstance(json.value, path) : json;
  return parsed.ok ? parsed : notTheForm(parsed.problem);
}

/** What is wrong with a file that was named on the command line is an error of usage, not of a metadata service. */
function notTheForm({ place, message, advice }: Problem): Result<never> {
  return fail(
    'usage',
    place,
    message,
    advice === '' ? 'expected what `enid metadata --json` prints' : advice,
  );
}

async function renderFor(
  instance: InstanceNetwork,
  stack: Stack,
  config: Config,
  context: Context,
): Promise<Result<Tree>> {
  const kernel = imagineKernel(instance);
  const nothing = {
    state: emptyState,
    claims: new Map(),
    removed: new Set<never>(),
    leases: new Map(),
    primaryAgreed: true,
  };
  const format = formats[stack.format];
  const connected = (
    ...asked: [Parameters<typeof format.connected>[1], Parameters<typeof format.connected>[2]]
  ) => format.connected(stack, ...asked);
  const ruleForms = format.ruleForms(stack);
  const wanted = desire({ instance, kernel, config, stack, connected, ruleForms, ...nothing });
  if (!wanted.ok) return wanted;
  const { network, notes } = wanted.value;
  const rendered = await render(network, stack, templatesOf(context), { dns: config.dns });
  if (!rendered.ok) return rendered;
  const aside = network.setAside.map(
    ({ name, mac, reason, detail }) => `${name ?? mac}: left out, ${reason}: ${detail}`,
  );
  const refused = network.secondaries.flatMap(({ name, refused: left = [] }) =>
    left.map(({ reason, detail }) => `${name}: left out, ${reason}: ${detail}`),
  );
  const { forwarding, notes: unmarked } = desireForwarding(
    config.forwarding,
    network.secondaries,
    kernel,
    config.tableBase,
  );
  const files = [...rendered.value, ...(forwarding === null ? [] : [forwardingFile(forwarding)])];
  return ok({ rendered: files, notes: [...notes, ...unmarked, ...aside, ...refused] });
}

/** Files of another distribution or instance that lie there would be taken for these. */
async function refuseFull(directory: string): Promise<Problem | null> {
  const there = await nodeFiles('/').list(directory);
  if (!there.ok) return outUnwritable(directory, there.problem).problem;
  if ((there.value ?? []).length === 0) return null;
  const advice = 'name another directory with --out, or write among its files with --force';
  return fail('usage', directory, 'the directory is not empty', advice).problem;
}

function outUnwritable(place: string, { message }: Problem): { ok: false; problem: Problem } {
  return fail('file-unwritable', place, message, 'name another directory with --out');
}

async function writeTree(directory: string, rendered: readonly RenderedFile[]): Promise<Result<void>> {
  const tree = nodeFiles(directory);
  for (const { path, text, mode } of rendered) {
    const written = await tree.write(path, text, { mode });
    if (!written.ok) return outUnwritable(join(directory, path), written.problem);
  }
  return ok(undefined);
}

interface SystemAndStack {
  readonly distro: Distro;
  readonly stack: Stack;
}

function printJson({ distro, stack }: SystemAndStack, { rendered, notes }: Tree): string {
  const files = rendered.map(({ path, mode, mac, template }) => ({
    path,
    mode: mode.toString(8),
    mac,
    template,
  }));
  return `${JSON.stringify({ schema: 1, distro, stack: stack.id, format: stack.format, files, notes }, null, 2)}\n`;
}

function printTree({ distro, stack }: SystemAndStack, { rendered, notes }: Tree, directory: string): string {
  const format = stack.format === stack.id ? '' : ` (${stack.format})`;
  const lines = [
    `${distro.pretty}, ${stack.id}${format}: ${rendered.length} files in ${directory}`,
    ...rendered.map(({ path }) => `  ${path}`),
    ...notes.map((note) => `note: ${note}`),
  ];
  return `${lines.join('\n')}\n`;
}
