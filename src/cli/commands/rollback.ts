import { openSession } from '../../agent/session.ts';
import { takeBack } from '../../agent/take-back.ts';
import { forceRollback } from '../../agent/take-over.ts';
import { loadConfig } from '../../config/load.ts';
import { fail, ok, type Result } from '../../model/problem.ts';
import { exitCodes } from '../../report/exit-code.ts';
import { writeReport } from '../../report/publish.ts';
import { statusPath } from '../../report/status.ts';
import type { CommandOutput, Context } from '../command.ts';
import { refuseRoot } from '../refuse-root.ts';
import { templatesOf } from '../templates.ts';

/** `enid rollback [ID]` for a person, `enid rollback --take-over ID` for the dead-man timer. */
export function run(context: Context): Promise<Result<CommandOutput>> {
  const refused = refuseRoot(context);
  if (refused !== null) return Promise.resolve({ ok: false, problem: refused });
  return context.flags.has('take-over') ? takeOver(context) : back(context);
}

async function takeOver({ ports, operands, json }: Context): Promise<Result<CommandOutput>> {
  const [id] = operands;
  if (id === undefined) {
    return fail('usage', '--take-over', 'needs the transaction', 'expected: enid rollback --take-over ID');
  }
  const report = await forceRollback(ports, id, process.pid);
  if (!report.ok) return report;
  if (report.value === null) {
    return ok({
      text: print(json, id, { rung: null, worked: true, done: [], problems: [] }),
      exitCode: exitCodes.done,
    });
  }
  const { worked, rung, done, problems } = report.value;
  ports.log.error('a change was not committed in time and was undone', { transaction: id, rung, worked });
  return ok({
    text: print(json, id, { rung, worked, done, problems }),
    exitCode: worked ? exitCodes.done : exitCodes.failed,
  });
}

async function back(context: Context): Promise<Result<CommandOutput>> {
  const { ports, operands, configPath, json } = context;
  const [id = null] = operands;
  const session = openSession(templatesOf(context), context.self);
  const taken = await takeBack(ports, { id, configPath, pid: process.pid, session });
  if (!taken.ok) return taken;
  const { transaction, paths, climb, report } = taken.value;
  const config = await loadConfig(ports.files, configPath);
  // What the last run said of the NICs is no longer so, even where nothing new is known of them.
  if (report.interfaces.length === 0) await ports.files.remove(statusPath);
  await writeReport(ports, report, config.ok ? config.value.metrics.textfile : null);
  const hint = `this is transaction ${transaction}; undo it with: enid rollback ${transaction}`;
  const done = [
    ...taken.value.taken.map(({ id, at, why }) => `${id} was made at ${at}, because ${why}`),
    ...paths.map((path) => `put back ${path}`),
    ...climb.done,
    ...(transaction === null ? [] : [hint]),
  ];
  const told = { rung: climb.rung, worked: climb.worked, done, problems: climb.problems };
  const ids = taken.value.taken.map((entry) => entry.id).join(' ');
  return ok({ text: print(json, ids, told), exitCode: exitCodes.done });
}

interface Told {
  /** Null: there was nothing to undo. */
  readonly rung: string | null;
  readonly worked: boolean;
  readonly done: readonly string[];
  readonly problems: readonly { readonly place: string; readonly message: string }[];
}

function print(json: boolean, ids: string, told: Told): string {
  if (json) return `${JSON.stringify({ schema: 1, transactions: ids.split(' '), ...told }, null, 2)}\n`;
  if (told.rung === null) return `${ids}: committed or undone already, nothing to do\n`;
  const head = `${ids}: ${told.worked ? 'undone' : 'undone, and the machine is not as it was'} (${told.rung})`;
  const lines = [...told.done, ...told.problems.map(({ place, message }) => `${place}: ${message}`)];
  return `${[head, ...lines.map((line) => `  ${line}`)].join('\n')}\n`;
}
