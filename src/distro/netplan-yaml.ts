import { globMatches, isGlob } from '../model/glob.ts';
import { fail, ok, type Result } from '../model/problem.ts';
import { type Nic, sameMac } from './nic-pattern.ts';

/** One netplan definition, as far as it says which NIC it is for. */
export interface Netdef {
  readonly id: string;
  /** `ethernets`, `bonds`, `vlans` … */
  readonly type: string;
  readonly renderer: 'networkd' | 'networkmanager' | null;
  readonly match: {
    readonly name: string | null;
    readonly macaddress: string | null;
    readonly driver: readonly string[];
  } | null;
  /** Bonds and bridges: the ids of their members. */
  readonly members: readonly string[];
}

/** What a set of netplan files says together. */
export interface NetplanConfig {
  readonly renderer: 'networkd' | 'networkmanager' | null;
  readonly netdefs: readonly Netdef[];
}

/**
 * Reads one netplan file. Errors: `file-unreadable` with the parser's own words where it is no YAML; keys this reader
 * does not know are left out.
 */
export async function parseNetplan(text: string, path: string): Promise<Result<NetplanConfig>> {
  const { parse } = await import('yaml');
  try {
    const network = record(record(parse(text)).network);
    const netdefs = Object.entries(network)
      .filter(([type]) => type !== 'version' && type !== 'renderer')
      .flatMap(([type, group]) => netdefsOf(type, record(group)));
    return ok({ renderer: renderer(network.renderer), netdefs });
  } catch (error) {
    const words = error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'unknown error';
    return fail(
      'file-unreadable',
      path,
      `is not YAML: ${words}`,
      'mend it: netplan itself refuses every file beside it',
    );
  }
}

/** As netplan does it: a definition with an id that was there before adds to it, key by key, the later file wins. */
export function mergeNetplan(files: readonly NetplanConfig[]): NetplanConfig {
  const netdefs = new Map<string, Netdef>();
  for (const netdef of files.flatMap((file) => file.netdefs)) {
    const before = netdefs.get(netdef.id);
    netdefs.set(netdef.id, {
      ...netdef,
      renderer: netdef.renderer ?? before?.renderer ?? null,
      match: netdef.match ?? before?.match ?? null,
      members: [...(before?.members ?? []), ...netdef.members],
    });
  }
  const renderers = files.map((file) => file.renderer).filter((value) => value !== null);
  return { renderer: renderers[renderers.length - 1] ?? null, netdefs: [...netdefs.values()] };
}

/** How a definition speaks of a NIC: by its own name or MAC, among others by a wildcard or driver, or not at all. */
export function matchesNic(netdef: Netdef, nic: Nic): 'exactly' | 'among-others' | 'no' {
  if (netdef.type !== 'ethernets') return netdef.id === nic.name ? 'exactly' : 'no';
  const { match } = netdef;
  if (match === null) return netdef.id === nic.name ? 'exactly' : 'no';
  if (match.macaddress !== null && !sameMac(match.macaddress, nic.mac)) return 'no';
  if (match.name !== null && !globMatches(match.name, nic.name)) return 'no';
  const { driver } = nic;
  if (match.driver.length > 0 && !match.driver.some((one) => driver !== null && globMatches(one, driver)))
    return 'no';
  const exact = match.macaddress !== null || (match.name !== null && !isGlob(match.name));
  return exact ? 'exactly' : 'among-others';
}

function netdefsOf(type: string, group: Readonly<Record<string, unknown>>): readonly Netdef[] {
  return Object.entries(group)
    .filter(([id]) => id !== 'renderer')
    .map(([id, value]) => {
      const body = record(value);
      const match = body.match === undefined ? null : record(body.match);
      return {
        id,
        type,
        renderer: renderer(body.renderer) ?? renderer(group.renderer),
        match: match && {
          name: word(match.name),
          macaddress: word(match.macaddress),
          driver: words(match.driver),
        },
        members: type === 'bonds' || type === 'bridges' ? words(body.interfaces) : [],
      };
    });
}

function renderer(value: unknown): Netdef['renderer'] {
  if (value === 'NetworkManager') return 'networkmanager';
  return value === 'networkd' ? 'networkd' : null;
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

function word(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function words(value: unknown): readonly string[] {
  const list = Array.isArray(value) ? value : [value];
  return list.filter((item) => typeof item === 'string');
}
