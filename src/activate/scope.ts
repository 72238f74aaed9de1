import type { DesiredInterface } from '../model/desired.ts';
import type { FileChange } from '../model/file.ts';
import type { Mac } from '../model/mac.ts';
import type { Change, GoneInterface } from '../model/step.ts';

/**
 * The touched NICs in the order in which they come up: a VLAN after its parent. The primary is left out, by MAC and by
 * name: steps go by name, and after a clone or a swap of names one of ours must not fall on it.
 */
export function touched(change: Change): readonly DesiredInterface[] {
  const { primary } = change.network;
  const safe = change.touched.filter((nic) => nic.name !== primary.name && nic.mac !== primary.mac);
  return [...safe.filter((nic) => nic.vlan === null), ...safe.filter((nic) => nic.vlan !== null)];
}

/**
 * The NICs that go and whose name nobody else bears by now: steps go by name, and the next NIC to come (a person's, one of
 * a container network, one that the metadata does not list yet) may have been given the name of the one that left.
 */
export function gone(change: Change): readonly GoneInterface[] {
  const { primary, secondaries, setAside } = change.network;
  const taken = new Set([primary.name, ...secondaries.map((nic) => nic.name)]);
  const linked = new Set(change.linkNames);
  const isAnothers = ({ name, mac }: GoneInterface): boolean =>
    linked.has(name) || setAside.some((nic) => nic.name === name && nic.mac !== mac);
  return change.gone.filter(
    (nic) => !taken.has(nic.name) && nic.mac !== primary.mac && (nic.present || !isAnothers(nic)),
  );
}

/** What changes on disk for one NIC. */
export function filesOf(change: Change, mac: Mac): readonly FileChange[] {
  return change.files.filter((file) => file.mac === mac);
}

/**
 * True where the NIC may be up by files of ours that are about to change: some of its files were there before, or none of
 * them changes and only the kernel differs.
 */
export function wasConfigured(change: Change, mac: Mac): boolean {
  const files = filesOf(change, mac);
  return files.length === 0 || files.some((file) => file.before !== null);
}
