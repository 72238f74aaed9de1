import { readKernel } from '../kernel/read.ts';
import { type Leases, readLeases } from '../lease/read.ts';
import { type Family, families } from '../model/address.ts';
import type { Config } from '../model/config.ts';
import type { DesiredNetwork } from '../model/desired.ts';
import type { KernelState, Link } from '../model/kernel.ts';
import type { Mac } from '../model/mac.ts';
import { ok, type Result } from '../model/problem.ts';
import type { State } from '../model/state.ts';
import { askedOfLease, learn } from '../network/learn.ts';
import { withConfiguredVlans } from '../network/overlay.ts';
import type { Ports } from '../ports/ports.ts';
import { hasOwnAddress } from '../verify/leases.ts';
import type { Knowledge } from './knowledge.ts';
import { withRouters } from './routers.ts';

/** A client sets the address a moment before its default route or its file tells the gateway: so long that is waited for. */
const patience = 1_500;
const pause = 100;

export interface Told {
  /** The kernel as it was when the leases were read. */
  readonly kernel: KernelState;
  readonly leases: Leases;
}

/**
 * The leases of the NICs of which the metadata says too little; nothing is read where there are none. A lease that was not
 * there before is waited for until it is told whole, so that files are not written twice. Errors: as `readKernel`.
 */
export async function readTold(
  ports: Pick<Ports, 'exec' | 'files' | 'clock'>,
  config: Config,
  { instance, state }: Pick<Knowledge, 'instance' | 'state'>,
  before: KernelState,
): Promise<Result<Told>> {
  const nics = withConfiguredVlans(instance, before.links, state.names, config).instance.interfaces;
  const asking = new Map(
    nics
      .filter((nic) => nic.mac !== instance.primaryMac)
      .map((nic): [Mac, readonly Family[]] => [nic.mac, askedOfLease(nic)]),
  );
  const links = before.links.filter((link) => askedOf(link, asking).length > 0);
  const until = ports.clock.monotonic() + patience;
  for (let kernel = before; ; ) {
    const written = await readLeases(ports.files, links);
    const six = links.filter((link) => askedOf(link, asking).includes('ipv6'));
    const leases = await withRouters(ports, written, six, kernel, state);
    if (!leases.ok) return leases;
    const told = { kernel, leases: leases.value };
    const isWhole = links.every((link) =>
      askedOf(link, asking).every((family) => isToldWhole(family, link, told, state)),
    );
    if (isWhole || ports.clock.monotonic() >= until) return ok(told);
    await ports.clock.sleep(pause);
    const now = await readKernel(ports);
    if (!now.ok) return now;
    kernel = now.value;
  }
}

function askedOf({ mac }: Link, asking: ReadonlyMap<Mac, readonly Family[]>): readonly Family[] {
  return mac === null ? [] : (asking.get(mac) ?? []);
}

/** False for a lease of which, for the first time, there is an address and no gateway. */
function isToldWhole(
  family: Family,
  { name, mac }: Link,
  { kernel, leases }: Told,
  state: Pick<State, 'learned'>,
): boolean {
  if (mac === null) return true;
  const remembered = state.learned.get(mac);
  const own = learn({ family, device: name, kernel, leases: leases.get(mac) ?? [], remembered });
  return own === null || own.gateway !== null || own.address === remembered?.[family]?.address;
}

/** True when a NIC has an address by now that was not known when its network was decided on. */
export function hasNewLease({ secondaries }: DesiredNetwork, kernel: KernelState): boolean {
  return secondaries.some((nic) =>
    families.some(
      (family) =>
        nic[family]?.method === 'dhcp' && nic[family].address === null && hasOwnAddress(nic, family, kernel),
    ),
  );
}
