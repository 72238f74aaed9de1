import { readMetadata } from '../metadata/fetch.ts';
import type { Config } from '../model/config.ts';
import type { InstanceNetwork } from '../model/instance.ts';
import type { Problem } from '../model/problem.ts';
import type { Ports } from '../ports/ports.ts';
import type { RunOptions } from './pipeline.ts';
import type { Session } from './session.ts';

/** What the metadata service said; null: not asked, since drift is judged by what was believed a moment ago. */
export type Asked = { readonly read: InstanceNetwork | null; readonly problem: Problem | null } | null;

/** Asks the metadata service, unless nobody needs it; a poll that brings what the last one brought ends there. */
export async function askMetadata(
  ports: Ports,
  config: Config,
  options: RunOptions,
  session: Session,
): Promise<Asked | 'nothing new'> {
  const { kind } = options.trigger;
  if (kind === 'drift' && session.report !== null) return null;
  const before = session.unread;
  const read = await readMetadata(ports, config, session.metadata, options.stopping);
  session.unread = read.ok ? null : read.problem;
  if (!read.ok) {
    const isSame = JSON.stringify(read.problem) === JSON.stringify(before);
    return kind === 'metadata' && isSame && knowsNothing(read.problem, session)
      ? 'nothing new'
      : { read: null, problem: read.problem };
  }
  const { instance } = read.value;
  const isSame = session.settled !== null && JSON.stringify(session.settled) === JSON.stringify(instance);
  return kind === 'metadata' && isSame ? 'nothing new' : { read: instance, problem: null };
}

/** No cloud, and nothing believed of one: there is nothing that a poll could keep in order. */
function knowsNothing({ code }: Problem, { report }: Session): boolean {
  return code === 'provider-unknown' && report?.outcome === 'unknown' && report.interfaces.length === 0;
}
