import { fail, ok, type Result } from '../../model/problem.ts';
import type { Budget, Fetch, FetchContext, Raw } from '../provider.ts';
import { type Client, openClient } from './client.ts';
import { endpoints, hasNoIpv4Default } from './endpoints.ts';
import {
  changingLeaves,
  changingText,
  nicLeaves,
  readNic,
  walkChangingLeaves,
  walkLeaves,
} from './leaves.ts';
import { emptyPollMemory, type PollMemory, poll } from './poll.ts';
import { isPlainObject, nicRecords, withNicRecords } from './tree.ts';

/** The whole tree as one document; services that do not have it answer 404 (cloud-init, helpers/aliyun.py). */
const allPaths = ['/2016-01-01/meta-data/all', '/latest/meta-data/all'] as const;

/** What this process found out about the service. */
interface Memory {
  client: Client;
  /** The path that gave the whole tree, `leaves` where none does, null before it is known. */
  way: (typeof allPaths)[number] | 'leaves' | null;
  /** What was read leaf by leaf. */
  readonly polled: PollMemory;
}

function openMemory(client: Client): Memory {
  return { client, way: null, polled: emptyPollMemory() };
}

/**
 * Reads everything: one request where the service has `meta-data/all`, otherwise leaf by leaf, which is then remembered.
 * On a server that surely has no IPv4 default route the service's IPv6 address is tried when the other is out of reach.
 */
export function openAlibaba(context: FetchContext): Fetch {
  const memory = openMemory(openClient(context, context.endpoint ?? endpoints.ipv4));
  return async (budget) => {
    const raw = await read(memory, budget);
    const isOutOfReach = !raw.ok && raw.problem.code === 'metadata-unreachable';
    if (!isOutOfReach || memory.client.base !== endpoints.ipv4 || context.endpoint !== null) return raw;
    if (!(await hasNoIpv4Default(context.files))) return raw;
    const other = openMemory(openClient(context, endpoints.ipv6));
    const second = await read(other, budget);
    if (!second.ok) return raw;
    Object.assign(memory, other);
    return second;
  };
}

async function read(memory: Memory, budget: Budget): Promise<Result<Raw>> {
  if (memory.way !== 'leaves') {
    const candidates = memory.way === null ? allPaths : [memory.way];
    for (const path of candidates) {
      const raw = await readAll(memory, path, budget);
      if (raw === null) continue;
      if (raw.ok) memory.way = path;
      return raw;
    }
  }
  const { client, polled } = memory;
  const tree = await poll(
    polled,
    () => walkChangingLeaves(client, budget),
    () => walkLeaves(client, budget),
  );
  if (!tree.ok) return tree;
  // Where `all` worked before, its absence is a passing fault of the service.
  memory.way ??= 'leaves';
  return ok({ source: `${client.base}/latest/meta-data`, tree: tree.value });
}

/** Null: the service does not have it. */
async function readAll(memory: Memory, path: string, budget: Budget): Promise<Result<Raw> | null> {
  const { client } = memory;
  const source = `${client.base}${path}`;
  const text = await client.get(path, budget);
  if (!text.ok) return text;
  if (text.value === null) return null;
  if (text.value.trim() === '') return fail('metadata-empty', source, 'the answer is empty');
  const tree = parseJson(text.value);
  if (!isPlainObject(tree)) return fail('metadata-malformed', source, 'not a JSON object, or cut off');
  const whole = await completed(memory, tree, budget);
  return whole.ok ? ok({ source, tree: whole.value }) : whole;
}

/**
 * Some services' `all` tells little of each NIC: no private addresses (seen in cloud-init's test data). What such a record
 * lacks is read leaf by leaf: what may change at every read, the rest as {@link poll} says.
 */
function completed({ client, polled }: Memory, tree: object, budget: Budget): Promise<Result<object>> {
  const thin = nicRecords(tree).filter(([, record]) => !('private-ipv4s' in record));
  if (thin.length === 0) return Promise.resolve(ok(tree));
  const complete = async (leaves: readonly string[]) => {
    const nics = new Map<string, object>();
    for (const [mac, record] of thin) {
      const missing = leaves.filter((leaf) => !(leaf in record));
      const more = await readNic(client, mac, missing, budget);
      if (!more.ok) return more;
      nics.set(mac, { ...record, ...more.value });
    }
    const changing = JSON.stringify(tree) + changingText([...nics]);
    return ok({ tree: withNicRecords(tree, new Map([...nicRecords(tree), ...nics])), changing });
  };
  const readChanging = async () => {
    const whole = await complete(changingLeaves);
    return whole.ok ? ok(whole.value.changing) : whole;
  };
  return poll(polled, readChanging, () => complete(nicLeaves));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
