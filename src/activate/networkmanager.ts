import type { DesiredInterface } from '../model/desired.ts';
import type { FileChange } from '../model/file.ts';
import { type Stack, versionAtLeast } from '../model/stack.ts';
import type { Change, Step } from '../model/step.ts';
import type { StackActions } from './actions.ts';
import { asksOtherwise } from './asking.ts';
import { networkScripts } from './network-scripts.ts';
import { filesOf, gone, touched } from './scope.ts';
import { rise, serviceCommand, tell } from './steps.ts';

/**
 * NetworkManager, with profiles as keyfiles or ifcfg. It reads a file only when told to, and what it read takes effect by
 * `connection up`, or on the spot by `device reapply`. Below 1.18 it has no routing rules: then the NIC is
 * left to network-scripts where they are installed, and so are its steps.
 */
export const networkManager: StackActions = {
  id: 'networkmanager',
  reapplies: (stack) => !byScripts(stack) && canReapply(stack),
  // An automatic "Wired connection", or whatever profile it took for the one in use when it was started again.
  leaksByOtherProfile: (stack) => !byScripts(stack),
  release: (change) => (byScripts(change.stack) ? networkScripts.release(change) : []),
  scoped: (change) => {
    if (byScripts(change.stack)) return networkScripts.scoped(change);
    const isReread = gone(change).length > 0 || change.files.some(movesProfile);
    const steps = touched(change).flatMap((nic) => takeUp(change, nic, isReread));
    return isReread ? [reload, ...steps] : steps;
  },
  service: ({ stack }) => [serviceCommand('restart', 'NetworkManager', stack.init, 'restart NetworkManager')],
  revive: ({ stack, network }) => ({
    scoped: [reload, up(['ifname', network.primary.name], `the primary ${network.primary.name}`)],
    start: [serviceCommand('start', 'NetworkManager', stack.init, 'start NetworkManager')],
    restart: [serviceCommand('restart', 'NetworkManager', stack.init, 'restart NetworkManager')],
  }),
  // `nmcli connection load` returns 0 for a file that it refuses.
  refusal: (output) => /^.*Could not load file.*$/m.exec(output)?.[0] ?? null,
};

const reload = tell(['nmcli', 'connection', 'reload'], 'let NetworkManager read its profiles again');

/**
 * True for a file whose profile goes or gives way to another one: one read by itself would be taken for a second with the
 * same UUID, or take a profile away that stands in another file now. All are read at once then.
 */
function movesProfile({ mac, before, after }: FileChange): boolean {
  if (mac === null || before === null) return false;
  if (after === null) return true;
  const [former, now] = [uuidIn(new TextDecoder().decode(before.bytes)), uuidIn(after.text)];
  return former !== null && now !== null && former !== now;
}

/** Routes and rules of a profile are reapplied since 1.22 without losing what the lease brought. */
export function canReapply(stack: Stack): boolean {
  return versionAtLeast(stack.versions.networkmanager, 1, 22);
}

function byScripts(stack: Stack): boolean {
  const hasRules = versionAtLeast(stack.versions.networkmanager, 1, 18);
  return stack.networkScripts && stack.format === 'ifcfg-nm' && !hasRules;
}

function takeUp(change: Change, nic: DesiredInterface, isRead: boolean): readonly Step[] {
  const files = filesOf(change, nic.mac);
  const written = files.filter((file) => file.after !== null);
  const profile = written.map((file) => profileOf(file.path)).find((path) => path !== null) ?? null;
  if (profile === null) return [up(['ifname', nic.name], nic.name)];
  const load = tell(
    ['nmcli', 'connection', 'load', profile],
    `let NetworkManager read the profile of ${nic.name}`,
  );
  const read = isRead ? [] : [load];
  const isSame = files.every((file) => file.before !== null && !movesProfile(file));
  if (isSame && canReapply(change.stack)) return [...read, ...reapply(nic.name, files)];
  const uuid = written.map((file) => uuidIn(file.after?.text ?? '')).find((one) => one !== null) ?? null;
  return [...read, up(uuid === null ? ['ifname', nic.name] : ['uuid', uuid], nic.name)];
}

/**
 * Has a profile that was read anew take effect while its NIC is up. `device reapply` takes every IPv6 address of the NIC away
 * and sets it anew, with duplicate address detection: two seconds without (seen with 1.42). So where IPv6 stays and all
 * that is new comes on top nothing is run: `ip` sets it, and what others set NetworkManager leaves alone. What it has set
 * itself it sets again with each lease, whoever took it away (seen with 1.52).
 */
export function reapply(nic: string, files: readonly FileChange[]): readonly Step[] {
  const isLess = asksOtherwise(files) || files.some(loses);
  if (!isLess && files.some(staysWithIpv6)) return [];
  return [tell(['nmcli', 'device', 'reapply', nic], `change ${nic} without taking it down`)];
}

/** True for a profile that has IPv6 before and after the change, as keyfile, ifcfg or netplan's YAML. */
function staysWithIpv6(file: FileChange): boolean {
  const ipv6 =
    /^\[ipv6\]\nmethod=(?!disabled)|^IPV6INIT=yes|^ +(?:dhcp6: true|- "[\da-f]*:[\da-f:.]*\/\d+")$/m;
  return textsOf(file).every((text) => ipv6.test(text));
}

/** True for a profile that has lost a value, wherever that stood in the order of its kind. */
function loses(file: FileChange): boolean {
  const [before, after] = textsOf(file).map((text) => text.split('\n').flatMap(valuesIn));
  const now = new Set(after);
  return (before ?? []).some((value) => !now.has(value));
}

/** `address2=` and `routing-rule3:` stand for one more of their kind, and so does each word of a list in quotes. */
function valuesIn(line: string): readonly string[] {
  const [, key = '', value = ''] = /^(\s*[\w.-]*?[A-Za-z])\d*((?:_options)?[=:].*)$/.exec(line) ?? ['', line];
  const list = /^="([^"]* [^"]*)"$/.exec(value)?.[1];
  return list === undefined ? [`${key}${value}`] : list.split(' ').map((word) => `${key}=${word}`);
}

function textsOf({ before, after }: FileChange): readonly string[] {
  return [before === null ? '' : new TextDecoder().decode(before.bytes), after?.text ?? ''];
}

function up(which: readonly string[], nic: string): Step {
  return rise(['nmcli', 'connection', 'up', ...which], `take ${nic} up by its profile`);
}

/** The file to load for a changed one: routes and aliases beside an ifcfg file are read with it. */
function profileOf(path: string): string | null {
  if (path.endsWith('.nmconnection')) return path;
  const name = /^\/etc\/sysconfig\/network-scripts\/(?:ifcfg|route6?|rule6?)-([^:]+)/.exec(path)?.[1];
  return name === undefined ? null : `/etc/sysconfig/network-scripts/ifcfg-${name}`;
}

function uuidIn(text: string): string | null {
  return /^uuid="?([0-9a-f-]{36})"?$/im.exec(text)?.[1] ?? null;
}
