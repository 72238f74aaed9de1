import type { Link } from '../model/kernel.ts';
import { parseMac } from '../model/mac.ts';
import { ok, type Result } from '../model/problem.ts';
import { records, unreadable } from './records.ts';

/** What `ip` says of a link; whether a device stands behind it only /sys knows. */
export type ParsedLink = Omit<Link, 'hasDevice'> & {
  /** The name as it is printed, where it has an `@`: of a link with a parent, or a part of the name itself, which only /sys tells. */
  readonly printed?: string;
};

/** Parts after `link/…` that say something else than the kind: what it is a member of, its other names, its VFs. */
const notKinds = /^(alias|altname|vf|RX:|TX:|prog\/xdp|link-netns\w*|.*_slave)$/;

/**
 * Reads `ip -d -o link show`, also without `-d` or `-o` (then kinds are unknown). What details follow a kind differs
 * by version and is not looked at. Errors: `kernel-unreadable` for a line without index, name, flags, MTU or type.
 */
export function parseLinks(text: string, command: string): Result<readonly ParsedLink[]> {
  const links: ParsedLink[] = [];
  for (const record of records(text)) {
    const link = parseLink(record, command);
    if (!link.ok) return link;
    links.push(link.value);
  }
  return ok(links);
}

/** One record of `ip link` or `ip monitor link`. Errors: `kernel-unreadable`. */
export function parseLink(record: string, command: string): Result<ParsedLink> {
  const [head = '', address = '', detail = ''] = record.split('\n');
  const match = /^(?<index>\d+): (?<name>[^ \t]+): <(?<flags>[^>]*)> mtu (?<mtu>\d+)(?<rest>.*)$/s.exec(head);
  const type = /^\s+link\/(?<type>\S*)(?: (?<address>\S+))?/.exec(address);
  if (match?.groups === undefined) return unreadable(command, record, 'no index, name, flags and mtu');
  if (type?.groups === undefined) return unreadable(command, record, 'no link type');
  const { index = '', name = '', flags = '', mtu = '', rest = '' } = match.groups;
  const at = name.lastIndexOf('@');
  const below = at <= 0 ? '' : name.slice(at + 1);
  const words = new Set(flags.split(','));
  const kind = kindOf(detail);
  const mac =
    type.groups.type === 'ether' ? parseMac(type.groups.address ?? '', command) : { ok: false as const };
  return ok({
    index: Number(index),
    name: at <= 0 ? name : name.slice(0, at),
    mac: mac.ok ? mac.value : null,
    mtu: Number(mtu),
    up: words.has('UP'),
    carrier: words.has('LOWER_UP'),
    type: type.groups.type ?? '',
    kind,
    master: / master ([^ \t]+)/.exec(rest)?.[1] ?? null,
    parent: below === '' || below === 'NONE' || /^if\d+$/.test(below) ? null : below,
    vlanId: kind === 'vlan' ? vlanIdOf(detail) : null,
    ...(at <= 0 ? {} : { printed: name }),
  });
}

function kindOf(detail: string): string | null {
  const first = detail.trim().split(/\s+/)[0] ?? '';
  return first === '' || notKinds.test(first) ? null : first;
}

function vlanIdOf(detail: string): number | null {
  const id = /\bid (\d+)/.exec(detail)?.[1];
  return id === undefined ? null : Number(id);
}
