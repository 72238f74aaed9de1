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
function canReapply(stack: Stack): boolean {
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
  const inPlace = isSame && canReapply(change.stack);
  if (inPlace && !asksOtherwise(files) && files.some(staysWithIpv6)) return read;
  if (inPlace)
    return [
      ...read,
      tell(['nmcli', 'device', 'reapply', nic.name], `change ${nic.name} without taking it down`),
    ];
  const uuid = written.map((file) => uuidIn(file.after?.text ?? '')).find((one) => one !== null) ?? null;
  return [...read, up(uuid === null ? ['ifname', nic.name] : ['uuid', uuid], nic.name)];
}

/**
 * True for a profile that has IPv6 before and after the change. `device reapply` would take every IPv6 address of the NIC
 * away and set it anew, with duplicate address detection: two seconds without (seen with 1.42). So the profile is read, for
 * when the NIC comes up next, and `ip` sets what differs; what others set NetworkManager leaves alone.
 */
function staysWithIpv6({ before, after }: FileChange): boolean {
  const texts = [before === null ? '' : new TextDecoder().decode(before.bytes), after?.text ?? ''];
  return texts.every((text) => /^\[ipv6\]\nmethod=(?!disabled)|^IPV6INIT=yes/m.test(text));
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
