import { parseMac, printable } from '../../model/mac.ts';
import { fail, ok, type Result } from '../../model/problem.ts';
import { inParallel } from '../parallel.ts';
import type { Budget } from '../provider.ts';
import type { Client } from './client.ts';
import type { Whole } from './poll.ts';

/** What may change while a NIC is attached (Alibaba Cloud, "View instance metadata"); read at every poll. */
export const changingLeaves = [
  'primary-ip-address',
  'private-ipv4s',
  'ipv4-prefixes',
  'ipv6s',
  'ipv6-prefixes',
] as const;

/**
 * What is read below `network/interfaces/macs/<mac>/`. Older services lack some, and some are 404 where there is nothing
 * to say, so each is optional.
 */
export const nicLeaves = [
  'network-interface-id',
  ...changingLeaves,
  'netmask',
  'gateway',
  'vswitch-cidr-block',
  'ipv6-gateway',
  'vswitch-ipv6-cidr-block',
] as const;

/** What is read of the instance itself; the last three stand in for what the primary's own leaves do not say. */
const instanceLeaves = [
  'instance-id',
  'private-ipv4',
  'sub-private-ipv4-list',
  'vswitch-cidr-block',
] as const;

/** Requests under way at a time: enough to hide the round trips, few enough not to be throttled. */
const parallel = 4;

const root = '/latest/meta-data';
const macsDirectory = `${root}/network/interfaces/macs/`;

/** Leaves by name; one that is not there (404) is not in it. */
export type LeafRecord = Readonly<Record<string, string>>;

/**
 * Walks the tree leaf by leaf and puts it together in the form of `meta-data/all`. Without `mac` or the list of
 * MACs there is no tree. Errors: `metadata-not-found`, `metadata-empty`, those of the client.
 */
export async function walkLeaves(client: Client, budget: Budget): Promise<Result<Whole>> {
  const mac = await needed(client, `${root}/mac`, budget);
  if (!mac.ok) return mac;
  const listed = await listMacs(client, budget);
  if (!listed.ok) return listed;
  const own = await readLeaves(client, root, instanceLeaves, budget);
  if (!own.ok) return own;
  const servers = await client.get(`${root}/dns-conf/nameservers`, budget);
  if (!servers.ok) return servers;
  const nics = await inParallel(listed.value, 1, async (one) => {
    const leaves = await readNic(client, one, nicLeaves, budget);
    return leaves.ok ? ok([one, leaves.value] as const) : leaves;
  });
  if (!nics.ok) return nics;
  const macs = Object.fromEntries(nics.value);
  const dns = servers.value === null ? {} : { 'dns-conf': { nameservers: servers.value } };
  const tree = { mac: mac.value, ...own.value, ...dns, network: { interfaces: { macs } } };
  return ok({ tree, changing: changingText(nics.value) });
}

/** What may have changed since the last whole walk: the list of MACs and {@link changingLeaves} of each. Errors: as {@link walkLeaves}. */
export async function walkChangingLeaves(client: Client, budget: Budget): Promise<Result<string>> {
  const listed = await listMacs(client, budget);
  if (!listed.ok) return listed;
  const nics = await inParallel(listed.value, 1, async (mac) => {
    const leaves = await readNic(client, mac, changingLeaves, budget);
    return leaves.ok ? ok([mac, leaves.value] as const) : leaves;
  });
  return nics.ok ? ok(changingText(nics.value)) : nics;
}

/** {@link changingLeaves} of these NICs as one text, to be compared. */
export function changingText(nics: readonly (readonly [string, object])[]): string {
  return JSON.stringify(
    nics.map(([mac, record]) => {
      const leaves = new Map<string, unknown>(Object.entries(record));
      return [mac, changingLeaves.map((leaf) => leaves.get(leaf) ?? null)];
    }),
  );
}

/** The leaves of one NIC, by the MAC as the service writes it. */
export function readNic(
  client: Client,
  mac: string,
  names: readonly string[],
  budget: Budget,
): Promise<Result<LeafRecord>> {
  return readLeaves(client, `${macsDirectory}${mac}`, names, budget);
}

async function readLeaves(
  client: Client,
  directory: string,
  names: readonly string[],
  budget: Budget,
): Promise<Result<LeafRecord>> {
  const read = await inParallel(names, parallel, async (name) => {
    const text = await client.get(`${directory}/${name}`, budget);
    return text.ok ? ok([name, text.value] as const) : text;
  });
  if (!read.ok) return read;
  const found: Record<string, string> = {};
  for (const [name, text] of read.value) if (text !== null) found[name] = text;
  return ok(found);
}

/** The entries of a directory are lines; sub-directories end in a slash. */
async function listMacs(client: Client, budget: Budget): Promise<Result<readonly string[]>> {
  const text = await needed(client, macsDirectory, budget);
  if (!text.ok) return text;
  const entries = text.value
    .split(/\s+/)
    .map((line) => line.replace(/\/$/, ''))
    .filter((line) => line !== '');
  const stray = entries.find((entry) => !parseMac(entry, '').ok);
  if (stray === undefined) return ok(entries);
  return fail(
    'metadata-malformed',
    `${client.base}${macsDirectory}`,
    `"${printable(stray)}" is not a MAC address`,
  );
}

async function needed(client: Client, path: string, budget: Budget): Promise<Result<string>> {
  const text = await client.get(path, budget);
  if (!text.ok) return text;
  if (text.value === null)
    return fail('metadata-not-found', `${client.base}${path}`, 'the service does not know it (404)');
  if (text.value.trim() === '') return fail('metadata-empty', `${client.base}${path}`, 'the answer is empty');
  return ok(text.value);
}
