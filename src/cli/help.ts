import { usageLine } from './arguments.ts';
import type { Command, Flag } from './command.ts';
import { globalFlags } from './global-flags.ts';
import { alignColumns } from './table.ts';

/** `enid --help`. */
export function printOverview(commands: readonly Command[]): string {
  const rows = commands.filter((command) => !command.hidden).map(({ name, summary }) => ['', name, summary]);
  return [
    'enid configures the elastic network interfaces of a cloud server while it runs.',
    '',
    'Usage: enid COMMAND [flags]',
    '',
    'Commands:',
    alignColumns(rows),
    '',
    'Flags of every command:',
    alignColumns(globalFlags.map(flagRow)),
    '',
    'Exit codes: 0 done or nothing to do, 1 failed, 2 usage or configuration error, 3 applied but degraded or rolled',
    'back, 4 refused here (container, not root), 10 plan: changes pending, 75 metadata unreachable, try later.',
    '',
    'More: enid COMMAND --help',
    '',
  ].join('\n');
}

/** `enid --json`: the commands for a program. */
export function overviewJson(commands: readonly Command[]): string {
  const shown = commands.filter((command) => !command.hidden);
  const listed = shown.map(({ name, summary }) => ({ name, summary }));
  return `${JSON.stringify({ schema: 1, commands: listed }, null, 2)}\n`;
}

/** `enid COMMAND --help`. */
export function printHelp(command: Command): string {
  const { about, flags, operands, examples } = command;
  const inputs = [...operands.map(({ name, summary }) => ['', name, summary]), ...flags.map(flagRow)];
  return [
    `enid ${command.name}: ${command.summary}`,
    '',
    `Usage: ${usageLine(command)}`,
    ...(about.length === 0 ? [] : ['', ...about]),
    ...(inputs.length === 0 ? [] : ['', 'Flags:', alignColumns(inputs)]),
    '',
    'Flags of every command:',
    alignColumns(globalFlags.map(flagRow)),
    ...(examples.length === 0
      ? []
      : ['', 'Examples:', alignColumns(examples.map(({ line, does }) => ['', line, does]))]),
    '',
  ].join('\n');
}

function flagRow(flag: Flag): readonly string[] {
  const choices = flag.choices === undefined ? '' : ` (${flag.choices.join(', ')})`;
  const fallback = flag.fallback === undefined ? '' : `; default ${flag.fallback}`;
  const value = flag.value === null ? '' : ` ${flag.value}`;
  return ['', `--${flag.name}${value}`, `${flag.summary}${choices}${fallback}`];
}
