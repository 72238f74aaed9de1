import type { Enid } from '../lab/enid.ts';
import { bandRules, defaults, readKernel } from '../lab/kernel.ts';
import { type Exchange, exchanges } from '../lab/promises.ts';
import { untidy } from '../lab/tidy.ts';
import type { Vpc } from '../lab/vpc.ts';
import { columns, type Screen } from './screen.ts';

/** Everybody pings everybody; gives the failures, one line each. */
export async function showPings(vpc: Vpc, screen: Screen): Promise<readonly string[]> {
  const all = await exchanges(vpc);
  const answers = all.filter((one) => one.promise !== 3);
  const asked = [...new Map(answers.map((one) => [one.to, one.nic.name])).entries()];
  const askers = [...new Set(answers.map((one) => one.from))];
  const head = ['ping from', ...asked.map(([address, name]) => `${address} (${name})`)];
  const rows = askers.map((from) => [
    from,
    ...asked.map(([to]) =>
      cell(
        answers.find((one) => one.from === from && one.to === to),
        screen,
      ),
    ),
  ]);
  for (const line of columns([head, ...rows])) screen.line(line);
  for (const one of all.filter(({ promise }) => promise === 3)) {
    screen.line(`server -> ${one.to} leaves by ${one.nic.name}: ${cell(one, screen)}`);
  }
  return all.filter((one) => !one.kept).map((one) => `${one.from} -> ${one.to}: ${one.why}`);
}

function cell(one: Exchange | undefined, screen: Screen): string {
  if (one === undefined) return '-';
  return one.kept ? screen.good('answered') : screen.bad(one.why);
}

/** Default route, rules, tables and `enid status`; gives what is not clean, one line each. */
export async function showServer(vpc: Vpc, enid: Enid, screen: Screen): Promise<readonly string[]> {
  const kernel = await readKernel(vpc.server);
  const none = [screen.faint('none')];
  screen.line('');
  screen.paragraph('default', defaults(kernel));
  screen.paragraph('rules', bandRules(kernel).length === 0 ? none : bandRules(kernel));
  const tables = [...kernel.tables].sort(([one], [other]) => one - other);
  if (tables.length === 0) screen.paragraph('tables', none);
  for (const [table, routes] of tables) screen.paragraph(`table ${table}`, routes);
  const status = await enid.run('status');
  screen.line('');
  screen.line('$ enid status');
  for (const line of status.stdout.trimEnd().split('\n')) screen.line(`  ${line}`);
  const wrong = [...(await untidy(vpc))];
  if (status.code !== 0) wrong.push(`enid status: exit ${status.code} ${status.stderr.trim()}`);
  screen.line('');
  screen.line(wrong.length === 0 ? screen.good('clean') : wrong.map((text) => screen.bad(text)).join('\n'));
  return wrong;
}
