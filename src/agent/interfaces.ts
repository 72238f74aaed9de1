import type { DesiredInterface, DesiredNetwork, SetAside } from '../model/desired.ts';
import type { Difference } from '../model/difference.ts';
import type { OwnedFile } from '../model/file.ts';
import type { KernelState } from '../model/kernel.ts';
import type { Mac } from '../model/mac.ts';
import type { InterfaceState, Reason } from '../model/reason.ts';
import type { InterfaceReport } from '../model/run.ts';

/** Troubles of single NICs that the desired network and the kernel do not show. */
export interface Troubles {
  /** NICs with a file that somebody edited. */
  readonly edited: ReadonlySet<Mac>;
  /** NICs whose repairs were given up. */
  readonly contested: ReadonlySet<Mac>;
  /** Why the last change of a NIC did not stand, where it did not. */
  readonly refused: Reason | null;
}

const stateOf: Readonly<Partial<Record<Reason, InterfaceState>>> = {
  excluded: 'excluded',
  'not-included': 'unmanaged',
  unmanaged: 'unmanaged',
  cni: 'unmanaged',
  bonded: 'unmanaged',
  'shared-mac': 'unmanaged',
  'vlan-taken': 'failed',
  'name-refused': 'failed',
  'address-refused': 'failed',
  'subnet-refused': 'failed',
  'gateway-refused': 'failed',
  'table-conflict': 'failed',
  'no-slot': 'failed',
};

/** Every NIC as status.json tells it: the primary first, then secondaries by slot, then those left alone. */
export function reportInterfaces(
  network: DesiredNetwork,
  kernel: KernelState,
  differences: readonly Difference[],
  owned: Iterable<OwnedFile>,
  troubles: Troubles,
): readonly InterfaceReport[] {
  const files = [...owned];
  const { primary } = network;
  const first: InterfaceReport = {
    name: primary.name,
    mac: primary.mac,
    id: primary.id,
    role: 'primary',
    state: 'configured',
    reason: null,
    table: null,
    addresses: addressesOn(kernel, primary.name),
    files: [],
    // What is about no NIC alone concerns the machine's way out.
    differences: differences.filter(({ mac }) => mac === primary.mac || mac === null),
  };
  const secondaries = network.secondaries.map((nic) => {
    const own = differences.filter((difference) => difference.mac === nic.mac);
    const reason = reasonOf(nic, own, kernel, troubles);
    return {
      name: nic.name,
      mac: nic.mac,
      id: nic.id,
      role: 'secondary',
      state: reason === null ? 'configured' : isFailure(reason) ? 'failed' : 'pending',
      reason,
      ...detailsOf(nic),
      table: nic.table,
      addresses: addressesOn(kernel, nic.name),
      files: files.filter((file) => file.mac === nic.mac).map((file) => file.path),
      differences: own,
    } satisfies InterfaceReport;
  });
  return [first, ...secondaries, ...network.setAside.map((aside) => reportAside(aside, kernel))];
}

function reportAside(aside: SetAside, kernel: KernelState): InterfaceReport {
  return {
    name: aside.name,
    mac: aside.mac,
    id: aside.id,
    role: aside.role,
    state: stateOf[aside.reason] ?? 'pending',
    reason: aside.reason,
    details: [aside.detail],
    table: null,
    addresses: aside.name === null ? [] : addressesOn(kernel, aside.name),
    files: [],
    differences: [],
  };
}

/** The one reason worth telling: the cause before its effects. */
function reasonOf(
  nic: DesiredInterface,
  differences: readonly Difference[],
  kernel: KernelState,
  troubles: Troubles,
): Reason | null {
  if (troubles.edited.has(nic.mac)) return 'edited';
  if (troubles.contested.has(nic.mac)) return 'contested';
  if (differences.length > 0 && troubles.refused !== null) return troubles.refused;
  const link = kernel.links.find((entry) => entry.name === nic.name);
  if (differences.length > 0 && link?.up === true && !link.carrier) return 'no-carrier';
  if (
    differences.some((difference) => difference.kind === 'address-missing' && difference.mend.length === 0)
  ) {
    return 'no-lease';
  }
  if (differences.some((difference) => difference.kind === 'address-conflict')) return 'address-conflict';
  if (differences.length > 0) return 'not-activated';
  const own = [nic.ipv4, nic.ipv6].filter((family) => family !== null);
  if (own.every((family) => family.address === null && family.method === 'static')) return 'no-address';
  if (own.some((family) => family.address === null)) return 'no-lease';
  if (own.some((family) => family.gateway === null) && nic.rules.length > 0) return 'no-gateway';
  return nic.refused?.[0]?.reason ?? null;
}

function detailsOf({ refused = [] }: DesiredInterface): Pick<InterfaceReport, 'details'> {
  return refused.length === 0 ? {} : { details: refused.map(({ detail }) => detail) };
}

/** True for what a later run changes nothing about by itself. */
function isFailure(reason: Reason): boolean {
  return reason === 'edited' || reason === 'contested' || reason.endsWith('-refused');
}

function addressesOn(kernel: KernelState, link: string): readonly string[] {
  return kernel.addresses
    .filter((entry) => entry.link === link && entry.scope !== 'link')
    .map((entry) => `${entry.address}/${entry.prefixLength}`);
}
