import { ok, type Result } from '../../model/problem.ts';
import type { Files } from '../../ports/files.ts';
import type { FoundAgent } from '../findings.ts';
import { type Agent, agents } from '../tables/agents.ts';
import type { Service } from './services.ts';

/** Where udev looks for rules; a file in an earlier directory hides one of its name in a later one (udev(7)). */
const ruleDirectories = [
  '/etc/udev/rules.d',
  '/run/udev/rules.d',
  '/usr/local/lib/udev/rules.d',
  '/usr/lib/udev/rules.d',
  '/lib/udev/rules.d',
];

type AgentFiles = Pick<Files, 'kind' | 'linkTarget'>;
type Services = Result<ReadonlyMap<string, Service>>;

/** Other agents that are installed, and whether they act. Errors: `file-unreadable`. */
export async function findAgents(
  files: AgentFiles,
  services: Services,
): Promise<Result<readonly FoundAgent[]>> {
  const found: FoundAgent[] = [];
  for (const agent of agents) {
    const one = await findAgent(files, agent, services);
    if (!one.ok) return one;
    if (one.value !== null) found.push(one.value);
  }
  return ok(found);
}

async function findAgent(
  files: AgentFiles,
  agent: Agent,
  services: Services,
): Promise<Result<FoundAgent | null>> {
  const { id, units } = agent;
  for (const rule of agent.rules) {
    const place = await findRule(files, rule);
    if (!place.ok) return place;
    if (place.value !== null) return ok({ id, acts: ok(true), where: place.value });
  }
  const unit = services.ok ? units.find((name) => services.value.get(name)?.on === true) : undefined;
  if (unit !== undefined) return ok({ id, acts: ok(true), where: unit });
  const sign = await firstThere(files, agent.signs);
  if (!sign.ok) return sign;
  const loaded = services.ok ? units.find((name) => services.value.get(name)?.loaded === true) : undefined;
  const where = sign.value ?? loaded;
  if (where === undefined) return ok(null);
  return ok({ id, acts: units.length === 0 || services.ok ? ok(false) : services, where });
}

/** The rule that udev reads; null where there is none or an empty one masks it. */
async function findRule(files: AgentFiles, name: string): Promise<Result<string | null>> {
  for (const directory of ruleDirectories) {
    const path = `${directory}/${name}`;
    const target = await files.linkTarget(path);
    if (!target.ok) return target;
    if (target.value === '/dev/null') return ok(null);
    const kind = await files.kind(path);
    if (!kind.ok) return kind;
    if (kind.value !== null) return ok(path);
  }
  return ok(null);
}

async function firstThere(files: AgentFiles, paths: readonly string[]): Promise<Result<string | null>> {
  for (const path of paths) {
    const kind = await files.kind(path);
    if (!kind.ok) return kind;
    if (kind.value !== null) return ok(path);
  }
  return ok(null);
}
