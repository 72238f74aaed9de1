import { planOnce } from '../../agent/pipeline.ts';
import { isPending, type Plan } from '../../agent/plan.ts';
import { planImage } from '../../agent/plan-image.ts';
import { openSession } from '../../agent/session.ts';
import { ok, type Result } from '../../model/problem.ts';
import { exitCodes } from '../../report/exit-code.ts';
import type { CommandOutput, Context } from '../command.ts';
import { offline } from '../offline.ts';
import { painter } from '../paint.ts';
import { planJson, printPlan } from '../print-plan.ts';
import { templatesOf } from '../templates.ts';

/** `enid plan`, and `enid reconfigure --dry-run`. Nothing is changed. Below `--root` only files are looked at. */
export async function run(context: Context): Promise<Result<CommandOutput>> {
  const { ports, configPath, force, flags, root } = context;
  const session = openSession(templatesOf(context), context.self);
  const trigger = { kind: 'manual', detail: 'enid plan' } as const;
  const options = {
    trigger,
    configPath,
    force,
    restart: flags.has('restart'),
    unread: 'fail',
    pid: process.pid,
  } as const;
  const planned =
    root === '/'
      ? await planOnce(ports, options, session)
      : await planImage(offline(ports), options, session);
  if (!planned.ok) return planned;
  return ok({ text: print(planned.value, context), exitCode: exitCode(planned.value) });
}

function exitCode(plan: Plan): number {
  return isPending(plan) ? exitCodes.pending : exitCodes.done;
}

function print(plan: Plan, { json, colour, root }: Context): string {
  return json ? planJson(plan) : printPlan(plan, painter(colour), root === '/' ? 'machine' : 'image');
}
