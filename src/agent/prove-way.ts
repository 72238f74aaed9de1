import { routesTo } from '../kernel/ask.ts';
import { runBatch } from '../kernel/batch.ts';
import { type Address, type Family, familyOf, hostPrefix, parseAddress } from '../model/address.ts';
import type { IpCommand } from '../model/difference.ts';
import { fail, ok, type Result } from '../model/problem.ts';
import type { Ports } from '../ports/ports.ts';
import { outsideHost } from '../verify/asked.ts';
import { gatewayProbe, metadataProbe, type Probe } from '../verify/probe.ts';
import type { Plan } from './plan.ts';
import { type Takeover, takeovers } from './takeover.ts';

/**
 * Adds the primary's default route beside the one that is going to leave, once the primary's way is proved: its gateway is
 * a neighbour, the metadata service answers to its address by that way, and so does the kernel when it is asked for a way
 * outside. For the proof the way stands in table `table_base`, and only what goes to these two destinations takes it; main is
 * not touched before it is proved, and nothing of the proof is left. Gives the commands that take the new default away again.
 * Errors: `harm` (not proved), those of `runBatch` and `routesTo`.
 */
export async function addProvenWay(
  ports: Pick<Ports, 'exec' | 'http' | 'clock'>,
  plan: Plan,
  endpoint: string | null,
): Promise<Result<readonly IpCommand[]>> {
  const { network } = plan.intention.wanted;
  const due = takeovers(plan.seen.kernel, plan.seen.state, network);
  if (due.length === 0) return ok([]);
  const { primary } = network;
  const base = plan.seen.config.tableBase;
  for (const takeover of due) {
    const targets = [outsideHost[takeover.family], ...metadataHost(endpoint, takeover.family)];
    const way = stagedWay(takeover, primary.name, targets, base);
    const staged = await runBatch(ports.exec, way.add);
    if (!staged.ok) return staged;
    const doubt = await doubtOf(ports, takeover, primary.name, targets.length > 1 ? endpoint : null);
    const removed = await runBatch(ports.exec, way.remove);
    if (!removed.ok) return removed;
    if (!doubt.ok) return doubt;
    if (doubt.value !== null) {
      const message = `its way out by ${takeover.gateway} is not proved (${doubt.value}), so the default route stays where it is`;
      return fail('harm', primary.name, message, 'bring the primary up, then `enid reconfigure`');
    }
  }
  const commands = due.map(({ command }) => command);
  const added = await runBatch(ports.exec, commands);
  if (!added.ok) return added;
  const refused = new Set(added.value.map((failure) => failure.command));
  return ok(commands.filter((command) => !refused.has(command)).map(opposite));
}

interface StagedWay {
  readonly add: readonly IpCommand[];
  readonly remove: readonly IpCommand[];
}

/** The priority, as the table, is the first of the band: before every rule that a NIC has. */
function stagedWay(
  { family, source, gateway }: Takeover,
  device: string,
  targets: readonly Address[],
  table: number,
): StagedWay {
  const onlink = gateway.startsWith('fe80:') ? '' : ' onlink';
  const route = `default via ${gateway} dev ${device}${onlink} table ${table}`;
  const rules = targets.map(
    (target) => `from ${hostPrefix(source)} to ${hostPrefix(target)} lookup ${table} priority ${table}`,
  );
  const lines = (verb: 'add' | 'del') => [
    `route ${verb === 'add' ? 'replace' : verb} ${route}`,
    ...rules.map((rule) => `rule ${verb} ${rule}`),
  ];
  const asCommands = (all: readonly string[]) => all.map((line): IpCommand => ({ family, line }));
  return { add: asCommands(lines('add')), remove: asCommands(lines('del').reverse()) };
}

/** Why the way is not proved; null where it is. A gateway of which nothing can be learnt leaves it to the metadata service. */
async function doubtOf(
  ports: Pick<Ports, 'exec' | 'http' | 'clock'>,
  { family, source, gateway }: Takeover,
  link: string,
  endpoint: string | null,
): Promise<Result<string | null>> {
  const lookup = await routesTo(ports.exec, [{ destination: outsideHost[family], from: source }]);
  if (!lookup.ok) return lookup;
  const [way] = lookup.value;
  if (way?.reachable !== true || way.device !== link) return ok('the kernel finds no way outside by it');
  const neighbour = await askTwice(gatewayProbe(ports, { link, gateway, source }));
  if (neighbour === 'silent') return ok(`${gateway} does not answer`);
  if (endpoint === null) return ok(neighbour === 'answered' ? null : `${gateway} does not answer`);
  const service = await askTwice(metadataProbe(ports, { url: `${endpoint}/`, source }));
  return ok(service === 'answered' ? null : `the metadata service does not answer to ${source}`);
}

async function askTwice(probe: Probe): Promise<Awaited<ReturnType<Probe['ask']>>> {
  const first = await probe.ask();
  return first === 'answered' ? first : probe.ask();
}

/** The metadata service's address where it is one of the family; a service with a name is not asked. */
function metadataHost(endpoint: string | null, family: Family): readonly Address[] {
  const host = /^https?:\/\/\[?([^\]/]+?)\]?(?::\d+)?(?:\/|$)/.exec(endpoint ?? '')?.[1] ?? '';
  const address = parseAddress(host, 'endpoint');
  return address.ok && familyOf(address.value) === family ? [address.value] : [];
}

function opposite({ family, line }: IpCommand): IpCommand {
  return { family, line: line.replace(/^route append /, 'route del ') };
}
