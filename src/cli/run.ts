import { join, resolve } from 'node:path';
import { configPath } from '../config/defaults.ts';
import { printable } from '../model/mac.ts';
import { fail, type Problem, type Result } from '../model/problem.ts';
import { nodeFiles } from '../ports/node/files.ts';
import { logLevels } from '../ports/node/log.ts';
import { nodePorts } from '../ports/node/ports.ts';
import { exitCodeOfProblem, exitCodes } from '../report/exit-code.ts';
import { type Invocation, parseArguments } from './arguments.ts';
import type { Command, CommandOutput, Context } from './command.ts';
import { commands } from './commands.ts';
import { overviewJson, printHelp, printOverview } from './help.ts';
import { forTerminal, painter, wantsColour } from './paint.ts';
import { printProblem, problemJson } from './print-problem.ts';

/** What the process knows of itself. */
export interface Process {
  /** Without the runtime and the script. */
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Standard output is a terminal. */
  readonly terminal: boolean;
  /** Standard error is a terminal. */
  readonly errorTerminal: boolean;
  readonly uid: number;
  readonly version: string;
  readonly self: readonly string[];
  readonly templates: string;
  readonly stopping: AbortSignal;
}

export interface Ending {
  readonly output: string;
  readonly errors: string;
  readonly exitCode: number;
}

/** The whole of a command: from the command line to what is printed and the exit code. Never throws for user errors. */
export async function runCli(process: Process): Promise<Ending> {
  const json = process.argv.includes('--json');
  const paint = painter(wantsColour(process.errorTerminal, process.environment));
  const invocation = parseArguments(process.argv, commands);
  const result = invocation.ok ? await dispatch(invocation.value, process) : invocation;
  if (result.ok)
    return { output: forTerminal(result.value.text), errors: '', exitCode: result.value.exitCode };
  return {
    output: json ? forTerminal(problemJson(result.problem)) : '',
    errors: json ? '' : forTerminal(printProblem(result.problem, paint)),
    exitCode: exitCodeOfProblem(result.problem),
  };
}

async function dispatch(invocation: Invocation, process: Process): Promise<Result<CommandOutput>> {
  const { command, flags } = invocation;
  if (flags.has('version')) return done(printVersion(process.version, flags.has('json')));
  if (command === null) {
    const text = flags.has('json') ? overviewJson(commands) : printOverview(commands);
    return flags.has('help') ? done(text) : { ok: true, value: { text, exitCode: exitCodes.usage } };
  }
  if (flags.has('help')) return done(printHelp(command));
  const context = contextOf(invocation, command, process);
  const refusal = refusedFor(command, context, process);
  if (refusal !== null) return { ok: false, problem: refusal };
  const missing = (await missingRoot(context)) ?? (await missingConfig(context));
  if (missing !== null) return { ok: false, problem: missing };
  const { run } = await command.load();
  const result = await run(context);
  return result.ok ? result : { ok: false, problem: inConfigBelowRoot(result.problem, context) };
}

/** The configuration is below `--root`, and its problems show where: the whole path, also of further faults. */
function inConfigBelowRoot(
  problem: Problem,
  { root, configPath }: Pick<Context, 'root' | 'configPath'>,
): Problem {
  const { code, place, also } = problem;
  const isItsFault = code === 'config-unreadable' || code === 'config-invalid';
  if (root === '/' || !isItsFault || !place.startsWith(configPath)) return problem;
  const whole = { ...problem, place: join(resolve(root), place) };
  return also === undefined
    ? whole
    : { ...whole, also: also.map((other) => inConfigBelowRoot(other, { root, configPath })) };
}

function contextOf(invocation: Invocation, command: Command, process: Process): Context {
  const { flags, operands } = invocation;
  const root = flags.get('root') ?? '/';
  const json = flags.has('json');
  const logLevel = logLevels.find((level) => level === flags.get('log-level')) ?? command.logLevel ?? 'warn';
  return {
    ports: nodePorts({ root, logLevel }),
    flags,
    operands,
    root,
    configPath: resolve(flags.get('config') ?? configPath),
    json,
    force: flags.has('force'),
    colour: !json && wantsColour(process.terminal, process.environment),
    self: process.self,
    templates: process.templates,
    stopping: process.stopping,
  };
}

/** An image below `--root` may belong to anybody; this machine is root's. */
function refusedFor(command: Command, context: Context, process: Process): Problem | null {
  if (!command.needsRoot || process.uid === 0 || context.root !== '/') return null;
  const { problem } = fail(
    'not-root',
    `enid ${command.name}`,
    'must be run as root',
    `run it with sudo, or see \`enid ${command.name} --help\``,
  );
  return problem;
}

/** Below a directory that is not there every file would count as missing. */
async function missingRoot({ root }: Context): Promise<Problem | null> {
  if (root === '/') return null;
  const kind = await nodeFiles('/').kind(resolve(root));
  if (!kind.ok) return kind.problem;
  if (kind.value === 'directory') return null;
  const message = kind.value === null ? 'no such directory' : 'is not a directory';
  return fail(
    'usage',
    `--root ${printable(root)}`,
    message,
    'name the directory that the image is mounted on',
  ).problem;
}

/** Without `--config` a file that is not there means the defaults; one that was asked for is missed. */
async function missingConfig({ ports, flags, configPath, root }: Context): Promise<Problem | null> {
  if (!flags.has('config')) return null;
  const kind = await ports.files.kind(configPath);
  if (!kind.ok || kind.value !== null) return null;
  const advice = 'name the file that you mean, or leave --config out for the defaults';
  const place = root === '/' ? configPath : join(resolve(root), configPath);
  return fail('config-unreadable', place, 'no such file', advice).problem;
}

function printVersion(version: string, json: boolean): string {
  return json ? `${JSON.stringify({ schema: 1, version }, null, 2)}\n` : `enid ${version}\n`;
}

function done(text: string): Result<CommandOutput> {
  return { ok: true, value: { text, exitCode: exitCodes.done } };
}
