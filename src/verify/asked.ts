import { type Answer, type Question, routesTo } from '../kernel/ask.ts';
import { type Address, contains, type Family, families, type Prefix, someHost } from '../model/address.ts';
import type { DesiredInterface, DesiredNetwork } from '../model/desired.ts';
import type { Difference } from '../model/difference.ts';
import { type KernelState, mainTable } from '../model/kernel.ts';
import type { Mac } from '../model/mac.ts';
import { ok, type Result } from '../model/problem.ts';
import type { Exec } from '../ports/exec.ts';

/** Hosts that no subnet of a cloud holds: the documentation ranges of RFC 5737 and RFC 3849. */
export const outsideHost: Readonly<Record<Family, Address>> = {
  ipv4: '198.51.100.1' as Address,
  ipv6: '2001:db8:ffff:ffff::1' as Address,
};

/** What is asked, and which way is right. */
interface Expectation extends Question {
  readonly mac: Mac | null;
  /** The NICs of which one must be taken, or null: any but a secondary. */
  readonly by: readonly string[] | null;
  readonly what: string;
}

/**
 * Asks the kernel itself which way packets go (the three promises of design section 3), for both families in two
 * processes: from a secondary's address by that secondary, to its subnet and beyond; from the primary's addresses,
 * to metadata (`metadata`: the addresses of its hosts) and by default never by a secondary. A secondary without an address in the kernel is not asked about.
 * Gives a `wrong-way` for each that goes elsewhere; no mend, since the cause shows as a difference of its own.
 * Errors: `kernel-unreadable`, `command-missing`, `command-timeout`, `command-failed`.
 */
export async function askedDifferences(
  exec: Pick<Exec, 'run'>,
  kernel: KernelState,
  network: DesiredNetwork,
  metadata: readonly Address[],
): Promise<Result<readonly Difference[]>> {
  const expected = expectations(kernel, network, metadata);
  const answers = await routesTo(exec, expected);
  if (!answers.ok) return answers;
  const secondaries = new Set(network.secondaries.map((nic) => nic.name));
  return ok(
    expected.flatMap((expectation, index): readonly Difference[] => {
      const answer = answers.value[index];
      if (answer === undefined || isRight(expectation, answer, secondaries)) return [];
      const { mac, what, by } = expectation;
      const way = answer.reachable ? `goes by ${answer.device}` : `goes nowhere (${answer.why})`;
      const wanted = by === null ? 'not by a secondary' : `by ${by.join(' or ')}`;
      return [{ kind: 'wrong-way', mac, text: `${what} ${way}; it should go ${wanted}`, mend: [] }];
    }),
  );
}

function isRight({ by }: Expectation, answer: Answer, secondaries: ReadonlySet<string>): boolean {
  if (by !== null) return answer.reachable && answer.device !== null && by.includes(answer.device);
  return !answer.reachable || answer.device === null || !secondaries.has(answer.device);
}

function expectations(
  kernel: KernelState,
  network: DesiredNetwork,
  metadata: readonly Address[],
): readonly Expectation[] {
  const taken = new Set<string>(kernel.addresses.map((entry) => entry.address));
  const found = families.flatMap((family) => [
    ...ofPrimary(family, network, kernel, taken),
    ...network.secondaries.flatMap((nic) => ofSecondary(nic, family, kernel, taken)),
    ...network.secondaries.flatMap((nic) => ofSubnet(nic, family, network, kernel, taken)),
  ]);
  const services = metadata.map((destination) => ({
    destination,
    mac: null,
    by: null,
    what: `metadata at ${destination}`,
  }));
  return [...found, ...services];
}

function ofPrimary(
  family: Family,
  { primary, secondaries }: DesiredNetwork,
  kernel: KernelState,
  taken: Set<string>,
): readonly Expectation[] {
  const common = { mac: null, by: null };
  const outside = outsideHost[family];
  const sources = (primary[family]?.addresses ?? []).filter((address) =>
    holds(kernel, primary.name, address),
  );
  const hosts = secondaries.flatMap((nic) => {
    const subnet = nic[family]?.subnet ?? null;
    const others = new Set([...taken, ...gatewaysOf(nic)]);
    const host = subnet === null ? undefined : someHost(subnet, others, closerRoutes(kernel, subnet));
    return host === undefined ? [] : [host];
  });
  const answers = [...new Set(hosts)].flatMap((destination) =>
    sources.map((from) => ({ ...common, destination, from, what: `a reply of ${from} to ${destination}` })),
  );
  return [{ ...common, destination: outside, what: `a new connection to ${outside}` }, ...answers];
}

function ofSecondary(
  nic: DesiredInterface,
  family: Family,
  kernel: KernelState,
  taken: ReadonlySet<string>,
): readonly Expectation[] {
  const own = nic[family];
  if (own === null || nic.rules.every((rule) => rule.family !== family)) return [];
  const peer = own.subnet === null ? undefined : someHost(own.subnet, taken);
  const targets = [
    ...(own.gateway === null ? [] : [outsideHost[family]]),
    ...(peer === undefined ? [] : [peer]),
  ];
  const sources = [...(own.address === null ? [] : [own.address]), ...own.further];
  return sources
    .filter((from) => holds(kernel, nic.name, from))
    .flatMap((from) =>
      targets.map((destination) => ({
        destination,
        from,
        mac: nic.mac,
        by: [nic.name],
        what: `a reply of ${from} to ${destination}`,
      })),
    );
}

/** A new connection into the subnet: by a secondary that is in it, and never where the primary is in it too. */
function ofSubnet(
  nic: DesiredInterface,
  family: Family,
  { secondaries }: DesiredNetwork,
  kernel: KernelState,
  taken: ReadonlySet<string>,
): readonly Expectation[] {
  const own = nic[family];
  if (own === null || own.subnet === null || own.address === null) return [];
  if (!holds(kernel, nic.name, own.address) || nic.rules.every((rule) => rule.family !== family)) return [];
  const destination = someHost(own.subnet, taken, closerRoutes(kernel, own.subnet));
  if (destination === undefined) return [];
  const members = secondaries.filter((other) => other[family]?.subnet === own.subnet);
  const by = own.sharedWithPrimary ? null : members.map((other) => other.name);
  return [{ destination, mac: nic.mac, by, what: `a new connection to ${destination}` }];
}

/** What main knows more closely than the subnet, and therefore keeps: a container network in it, a person's static route. */
function closerRoutes(kernel: KernelState, subnet: Prefix): readonly Prefix[] {
  return kernel.routes
    .filter((route) => route.table === mainTable && route.destination !== subnet)
    .map((route) => route.destination)
    .filter((destination) => contains(subnet, destination));
}

function gatewaysOf(nic: DesiredInterface): readonly string[] {
  return families.flatMap((family) => nic[family]?.gateway ?? []);
}

/** The address is set and in use. */
function holds(kernel: KernelState, link: string, address: Address): boolean {
  return kernel.addresses.some(
    (entry) =>
      entry.link === link &&
      entry.address === address &&
      !entry.flags.includes('tentative') &&
      !entry.flags.includes('dadfailed'),
  );
}
