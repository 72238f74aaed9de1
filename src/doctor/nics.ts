import type { Family } from '../model/address.ts';
import { families } from '../model/address.ts';
import type { DesiredInterface } from '../model/desired.ts';
import type { InstanceInterface } from '../model/instance.ts';
import type { KernelAddress, Link } from '../model/kernel.ts';
import { ok, type Result } from '../model/problem.ts';
import type { Reason } from '../model/reason.ts';
import { all } from './diagnosis.ts';
import type { Findings } from './findings.ts';

/** A NIC that the metadata lists and the kernel has, and that is nobody's but this system's. */
export interface Nic {
  readonly link: Link;
  /** As the metadata lists it, without the addresses that were refused. */
  readonly said: InstanceInterface;
  readonly role: 'primary' | 'secondary';
  /** Who configures it: the distribution (the primary), enid, or whoever `reason` tells. */
  readonly by: 'system' | 'enid' | 'other';
  /** Global addresses that are set and in use. */
  readonly held: readonly KernelAddress[];
}

/** Reasons for which a NIC is rightly left to somebody else, who knows how it should be. */
const others: ReadonlySet<Reason> = new Set<Reason>([
  'excluded',
  'not-included',
  'cni',
  'bonded',
  'shared-mac',
  'name-refused',
  'address-refused',
  'subnet-refused',
  'gateway-refused',
]);

/** The NICs that checks look at, the primary first. A problem where metadata, kernel or primary is not known. */
export function nicsOf(found: Pick<Findings, 'instance' | 'kernel' | 'wanted'>): Result<readonly Nic[]> {
  const facts = all({ instance: found.instance, kernel: found.kernel, wanted: found.wanted });
  if (!facts.ok) return facts;
  const { instance, kernel, wanted } = facts.value;
  const { primary, secondaries, setAside } = wanted.network;
  const nics = instance.interfaces.flatMap((said): Nic[] => {
    const aside = setAside.find((entry) => entry.mac === said.mac);
    if (aside !== undefined && others.has(aside.reason)) return [];
    const own = secondaries.find((entry) => entry.mac === said.mac);
    const isPrimary = said.mac === primary.mac;
    const name = isPrimary ? primary.name : (own?.name ?? aside?.name);
    const link = kernel.links.find((entry) => entry.name === name);
    if (link === undefined) return [];
    const by = isPrimary ? 'system' : own !== undefined ? 'enid' : 'other';
    const held = kernel.addresses.filter((entry) => entry.link === link.name && isInUse(entry));
    return [{ link, said: withoutRefused(said, own), role: isPrimary ? 'primary' : 'secondary', by, held }];
  });
  return ok(
    [...nics].sort((one, other) => Number(other.role === 'primary') - Number(one.role === 'primary')),
  );
}

/** No check may advise what was refused. */
function withoutRefused(said: InstanceInterface, own: DesiredInterface | undefined): InstanceInterface {
  const refused = new Set((own?.refused ?? []).map(({ value }) => value));
  const inFamily = (family: Family): InstanceInterface['ipv4'] => {
    const { addresses } = said[family];
    return { ...said[family], addresses: addresses?.filter((one) => !refused.has(one)) ?? null };
  };
  return refused.size === 0 ? said : { ...said, ipv4: inFamily('ipv4'), ipv6: inFamily('ipv6') };
}

/** The addresses that the metadata lists for a NIC, IPv4 first. */
export function listedAddresses({ said }: Pick<Nic, 'said'>, only: readonly Family[] = families) {
  return only.flatMap((family) => said[family].addresses ?? []);
}

/** What mends a NIC: enid where it is enid's, else whoever configures it. */
export function mendedBy(nic: Pick<Nic, 'by' | 'link'>, byHand: string): string {
  if (nic.by === 'enid') return '`enid reconfigure`';
  if (nic.by === 'system')
    return `enid does not configure the primary: \`${byHand}\`, and look at its network service`;
  return `enid leaves ${nic.link.name} alone (see owner): \`${byHand}\``;
}

function isInUse(entry: KernelAddress): boolean {
  return entry.scope === 'global' && !entry.flags.includes('tentative') && !entry.flags.includes('dadfailed');
}
