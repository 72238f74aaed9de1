import { planSysctls, readSysctls, type SysctlPlan, setSysctls, sysctlsPath } from '../kernel/sysctls.ts';
import { settingsIn, underNewNames } from '../kernel/sysctls-file.ts';
import type { FileChange, OwnedFile } from '../model/file.ts';
import { type Mac, parseMac } from '../model/mac.ts';
import { ok, type Result } from '../model/problem.ts';
import type { State } from '../model/state.ts';
import type { Files } from '../ports/files.ts';
import type { Ports } from '../ports/ports.ts';
import { loadState } from '../state/load.ts';
import { beginTransaction } from './begin.ts';
import { digestOf, foreignProblem, readDisk } from './content.ts';
import { rollBack } from './rollback.ts';
import { commit, writeFiles } from './transaction.ts';

/** What was done because names of NICs belong to others now; copies of all are in that transaction. */
export interface Placed {
  /** Files that went: the daemon writes them anew under the new name. */
  readonly movedAside: readonly string[];
  /** Files that were made to speak of the same NICs by their new names. */
  readonly rewritten: readonly string[];
}

type Links = ReadonlyMap<string, Mac>;

/**
 * Sees to it that nothing of ours falls on a NIC that bears another one's name since this boot: after a clone, or when
 * names were swapped. Also the sysctls that udev has set by the old names are taken back, to what new links begin with.
 * Errors: `file-unreadable`, `file-unwritable`, `state-corrupt`.
 */
export async function putInPlace(
  ports: Pick<Ports, 'files' | 'clock'>,
  pid: number,
  links: Links,
): Promise<Result<Placed>> {
  const loaded = await loadState(ports.files);
  if (!loaded.ok) return loaded;
  const state = loaded.value;
  const disk = await readDisk(ports.files, [...misplaced(state, links), sysctlsPath]);
  if (!disk.ok) return disk;
  const changes = [...disk.value.contents].flatMap(([path, before]): FileChange[] => {
    if (before === null || disk.value.links.has(path) || foreignProblem(path, before) !== null) return [];
    const mac = state.files.get(path)?.mac ?? null;
    const after = path === sysctlsPath ? followed(state, links, before) : null;
    if (path === sysctlsPath && after === null) return [];
    return [{ path, mac, action: after === null ? 'remove' : 'replace', before, after }];
  });
  if (changes.length === 0) return ok({ movedAside: [], rewritten: [] });

  const sysctls = await planSettings(ports.files, state, changes, links);
  if (!sysctls.ok) return sysctls;
  const owned = { before: state.files, after: ownedAfter(state, changes) };
  const undo = { release: [], scoped: [], start: [], restart: [], primary: null, extent: null };
  const why = 'boot: the name of a NIC belongs to another one now';
  const begun = await beginTransaction(ports, { why, changes, owned, undo, snapshot: null, pid });
  if (!begun.ok) return begun;
  const written = await writeFiles(ports, begun.value, changes);
  const kept = { ...state, sysctls: sysctls.value.kept };
  const committed = written.ok ? await commit(ports, begun.value, kept) : written;
  if (!committed.ok) {
    await rollBack(ports, begun.value, committed.problem.message, null);
    return committed;
  }
  const set = await setSysctls(ports.files, sysctls.value.set);
  const paths = (action: FileChange['action']) =>
    changes.filter((change) => change.action === action).map((change) => change.path);
  return set.ok ? ok({ movedAside: paths('remove'), rewritten: paths('replace') }) : set;
}

/**
 * Where files apply to a NIC by its name, whatever its MAC: ifcfg files with their routes, rules and aliases, stanzas,
 * dhclient's. Keyfiles, .network files, netplan's and dispatcher scripts match or test the MAC; but the keyfile of a VLAN
 * makes it on whatever bears the name of its parent. dhclient's enter hooks test it too and are needed where they are: a
 * distribution may bring the NIC up by itself meanwhile (Debian 11), and its lease would take the default route.
 */
const byName = /^\/etc\/(?:sysconfig\/network(?:-scripts)?|network|dhcp(?!\/dhclient-enter-hooks\.d))\//;
const byParentsName = /^\/etc\/NetworkManager\/system-connections\//;

/** Owned files that go by the name of a link whose MAC is not the one they were written for. */
export function misplaced(state: Pick<State, 'files' | 'names'>, links: Links): readonly string[] {
  const wrong = [...state.files.values()].filter(({ path, mac }) => {
    const name = state.names.get(mac ?? ('' as Mac));
    if (mac === null || name === undefined) return false;
    const parent = /^(.+)\.\d+$/.exec(name)?.[1];
    const isOnAnother = parent !== undefined && hasChanged(parent, state.names, links);
    if (isOnAnother && (byName.test(path) || byParentsName.test(path))) return true;
    const now = links.get(name);
    return byName.test(path) && now !== undefined && now !== mac;
  });
  return wrong.map((file) => file.path).sort();
}

/** True when the bearer of a name is one that had another, or another than the NIC that had it. */
function hasChanged(name: string, names: State['names'], links: Links): boolean {
  const now = links.get(name);
  if (now === undefined) return false;
  const former = [...names].find(([, known]) => known === name)?.[0];
  const known = names.get(now);
  return (former !== undefined && former !== now) || (known !== undefined && known !== name);
}

/** sysctl.d goes by name and serves all NICs. Null: it stays as it is; so does what a person edited. */
function followed(
  { files }: State,
  links: Links,
  { bytes, mode }: NonNullable<FileChange['before']>,
): FileChange['after'] {
  if (files.get(sysctlsPath)?.digest !== digestOf(bytes)) return null;
  const text = new TextDecoder().decode(bytes);
  const now = underNewNames(text, links);
  return now === text ? null : { text: now, mode };
}

function ownedAfter({ files }: State, changes: readonly FileChange[]): State['files'] {
  const owned = new Map<string, OwnedFile>(files);
  for (const { path, mac, after } of changes) {
    if (after === null) owned.delete(path);
    else owned.set(path, { path, mac, mode: after.mode, digest: digestOf(after.text) });
  }
  return owned;
}

async function planSettings(
  files: Pick<Files, 'readText'>,
  { sysctls: kept }: State,
  changes: readonly FileChange[],
  links: Links,
): Promise<Result<SysctlPlan>> {
  const after = changes.find(({ path }) => path === sysctlsPath)?.after ?? null;
  if (after === null) return ok({ set: [], kept });
  const wanted = settingsIn(after.text, links);
  const keys = [...kept.keys(), ...wanted.map(({ key }) => key)];
  const values = await readSysctls(files, [...keys, ...keys.map(ofNew)]);
  if (!values.ok) return values;
  // At boot a link begins with these, whatever was there before enid in another boot.
  const begun = [...kept].map(([key, { former, ours }]) => {
    return [key, { former: values.value.get(ofNew(key)) ?? former, ours }] as const;
  });
  return ok(planSysctls(wanted, new Map(begun), values.value));
}

/** The key of what links begin with. */
function ofNew(key: string): string {
  return key.replace(/\/(conf|neigh)\/[^/]+\//, '/$1/default/');
}

/** MACs by link name, from /sys/class/net; links without an Ethernet address are left out. Errors: `file-unreadable`. */
export async function readLinkMacs(files: Pick<Files, 'list' | 'readText'>): Promise<Result<Links>> {
  const names = await files.list('/sys/class/net');
  if (!names.ok) return names;
  const links = new Map<string, Mac>();
  for (const { name } of names.value ?? []) {
    const address = await files.readText(`/sys/class/net/${name}/address`);
    if (!address.ok) return address;
    const mac = parseMac(address.value?.trim() ?? '', name);
    if (mac.ok) links.set(name, mac.value);
  }
  return ok(links);
}
