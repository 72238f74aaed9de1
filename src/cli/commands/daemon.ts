import { runDaemon } from '../../agent/daemon.ts';
import { runOnce } from '../../agent/pipeline.ts';
import { openSession } from '../../agent/session.ts';
import { ok, type Result } from '../../model/problem.ts';
import { exitCodes } from '../../report/exit-code.ts';
import type { CommandOutput, Context } from '../command.ts';
import { refuseContainer } from '../container.ts';
import { refuseRoot } from '../refuse-root.ts';
import { templatesOf } from '../templates.ts';

/** `enid daemon`: until SIGTERM. */
export async function run(context: Context): Promise<Result<CommandOutput>> {
  const { ports, configPath, force, stopping } = context;
  const refused = refuseRoot(context) ?? (force ? null : await refuseContainer(ports));
  if (refused !== null) return { ok: false, problem: refused };
  const session = openSession(templatesOf(context), context.self);
  const ended = await runDaemon(ports, {
    configPath,
    pid: process.pid,
    removed: session.removed,
    linkLosses: session.linkLosses,
    stopping,
    onHangup: (listener) => process.on('SIGHUP', listener),
    random: Math.random,
    // `--force` of a daemon means the container: an edit is taken back only by a person's own `reconfigure --force`.
    run: (trigger) =>
      runOnce(
        ports,
        { trigger, configPath, force: false, restart: false, unread: 'believe', pid: process.pid, stopping },
        session,
      ),
  });
  return ended.ok ? ok({ text: '', exitCode: exitCodes.done }) : ended;
}
