import { readKernel } from '../kernel/read.ts';
import { type Leases, readLeases } from '../lease/read.ts';
import { families } from '../model/address.ts';
import type { Config } from '../model/config.ts';
import type { DesiredNetwork } from '../model/desired.ts';
import type { KernelState } from '../model/kernel.ts';
import { ok, type Result } from '../model/problem.ts';
import type { State } from '../model/state.ts';
import { asksLease, learn } from '../network/learn.ts';
import { withConfiguredVlans } from '../network/overlay.ts';
import type { Ports } from '../ports/ports.ts';
import { hasOwnAddress } from '../verify/leases.ts';
import type { Knowledge } from './knowledge.ts';

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
  const asking = new Set(
    nics.filter((nic) => nic.mac !== instance.primaryMac && asksLease(nic)).map((nic) => nic.mac),
  );
  const links = before.links.filter((link) => link.mac !== null && asking.has(link.mac));
  const until = ports.clock.monotonic() + patience;
  for (let kernel = before; ; ) {
    const leases = await readLeases(ports.files, links);
    const told = { kernel, leases };
    const isWhole = links.every((link) => link.mac === null || isToldWhole(link.name, link.mac, told, state));
    if (isWhole || ports.clock.monotonic() >= until) return ok(told);
    await ports.clock.sleep(pause);
    const now = await readKernel(ports);
    if (!now.ok) return now;
    kernel = now.value;
  }
}

/** False for a lease of which, for the first time, there is an address and no gateway. */
function isToldWhole(
  device: string,
  mac: KernelState['links'][number]['mac'] & string,
  { kernel, leases }: Told,
  state: Pick<State, 'learned'>,
): boolean {
  const remembered = state.learned.get(mac);
  const own = learn({ family: 'ipv4', device, kernel, leases: leases.get(mac) ?? [], remembered });
  return own === null || own.gateway !== null || own.address === remembered?.ipv4?.address;
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
