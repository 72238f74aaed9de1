import { fail, ok, type Result } from '../../model/problem.ts';
import type { Budget, Fetch, FetchContext, Raw } from '../provider.ts';
import { type Client, openClient } from './client.ts';
import { endpoints, hasNoIpv4Default } from './endpoints.ts';
import { nicLeaves, readNic, walkLeaves } from './leaves.ts';
import { isPlainObject, nicRecords, withNicRecords } from './tree.ts';

/** The whole tree as one document; services that do not have it answer 404 (cloud-init, helpers/aliyun.py). */
const allPaths = ['/2016-01-01/meta-data/all', '/latest/meta-data/all'] as const;

/** What this process found out about the service. */
interface Memory {
  client: Client;
  /** The path that gave the whole tree, `leaves` where none does, null before it is known. */
  way: (typeof allPaths)[number] | 'leaves' | null;
}

/**
 * Reads everything: one request where the service has `meta-data/all`, otherwise leaf by leaf, which is then remembered.
 * On a server that surely has no IPv4 default route the service's IPv6 address is tried when the other is out of reach.
 */
export function openAlibaba(context: FetchContext): Fetch {
  const memory: Memory = { client: openClient(context, context.endpoint ?? endpoints.ipv4), way: null };
  return async (budget) => {
    const raw = await read(memory, budget);
    const isOutOfReach = !raw.ok && raw.problem.code === 'metadata-unreachable';
    if (!isOutOfReach || memory.client.base !== endpoints.ipv4 || context.endpoint !== null) return raw;
    if (!(await hasNoIpv4Default(context.files))) return raw;
    const other: Memory = { client: openClient(context, endpoints.ipv6), way: null };
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
      const raw = await readAll(memory.client, path, budget);
      if (raw === null) continue;
      if (raw.ok) memory.way = path;
      return raw;
    }
  }
  const tree = await walkLeaves(memory.client, budget);
  if (!tree.ok) return tree;
  // Where `all` worked before, its absence is a passing fault of the service.
  memory.way ??= 'leaves';
  return ok({ source: `${memory.client.base}/latest/meta-data`, tree: tree.value });
}

/** Null: the service does not have it. */
async function readAll(client: Client, path: string, budget: Budget): Promise<Result<Raw> | null> {
  const source = `${client.base}${path}`;
  const text = await client.get(path, budget);
  if (!text.ok) return text;
  if (text.value === null) return null;
  if (text.value.trim() === '') return fail('metadata-empty', source, 'the answer is empty');
  const tree = parseJson(text.value);
  if (!isPlainObject(tree)) return fail('metadata-malformed', source, 'not a JSON object, or cut off');
  return completed(client, { source, tree }, budget);
}

/**
 * Some services' `all` tells little of each NIC: no private addresses (seen in cloud-init's test data). What such a record
 * lacks is read leaf by leaf, at every read, since its addresses may change.
 */
async function completed(
  client: Client,
  raw: { source: string; tree: object },
  budget: Budget,
): Promise<Result<Raw>> {
  const records = new Map(nicRecords(raw.tree));
  for (const [mac, record] of records) {
    if ('private-ipv4s' in record) continue;
    const missing = nicLeaves.filter((leaf) => !(leaf in record));
    const more = await readNic(client, mac, missing, budget);
    if (!more.ok) return more;
    records.set(mac, { ...record, ...more.value });
  }
  return ok({ source: raw.source, tree: withNicRecords(raw.tree, records) });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
