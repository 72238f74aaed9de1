import { type Answer, routesTo } from '../../kernel/ask.ts';
import { type Address, families, someHost } from '../../model/address.ts';
import type { InstanceNetwork } from '../../model/instance.ts';
import type { KernelState } from '../../model/kernel.ts';
import { ok, type Result } from '../../model/problem.ts';
import type { Exec } from '../../ports/exec.ts';
import { outsideHost } from '../../verify/asked.ts';
import type { Way } from '../findings.ts';
import { listedAddresses, type Nic } from '../nics.ts';

/**
 * Asks the kernel which way it sends what matters: replies of every listed address that is in use to a host outside; of a
 * secondary's to a host in its own subnet, of the primary's to one in each secondary's; new connections to the metadata
 * service and to name servers. Errors: as {@link routesTo}.
 */
export async function askWays(
  exec: Pick<Exec, 'run'>,
  kernel: KernelState,
  instance: InstanceNetwork,
  nics: readonly Nic[],
  metadata: readonly Address[],
): Promise<Result<readonly Way[]>> {
  const questions = [
    ...nics.flatMap((nic) => repliesOf(nic, nics, kernel)),
    ...connections(instance, metadata),
  ];
  const answers = await routesTo(
    exec,
    questions.map(({ from, destination }) => ({ destination, from: from?.address })),
  );
  if (!answers.ok) return answers;
  const none: Answer = { reachable: false, why: 'not asked' };
  return ok(questions.map((question, index) => ({ ...question, answer: answers.value[index] ?? none })));
}

type Question = Omit<Way, 'answer'>;

function repliesOf(nic: Nic, nics: readonly Nic[], kernel: KernelState): readonly Question[] {
  const listed = new Set(listedAddresses(nic));
  const held = nic.held.filter((entry) => listed.size === 0 || listed.has(entry.address));
  const taken = new Set<string>([
    ...kernel.addresses.map((entry) => entry.address),
    ...nics.flatMap(({ said }) => families.flatMap((family) => said[family].gateway ?? [])),
  ]);
  const peersOf = nic.role === 'primary' ? nics.filter((one) => one.role === 'secondary') : [nic];
  return held.flatMap(({ address, family }) => {
    const from = { mac: nic.said.mac, address };
    const peers = peersOf.flatMap(({ said }) => {
      const { subnet } = said[family];
      const host = subnet === null ? undefined : someHost(subnet, taken);
      return host === undefined ? [] : [host];
    });
    return [
      { to: 'outside' as const, from, destination: outsideHost[family] },
      ...[...new Set(peers)].map((destination) => ({ to: 'subnet' as const, from, destination })),
    ];
  });
}

function connections(instance: InstanceNetwork, metadata: readonly Address[]): readonly Question[] {
  const to = (what: 'metadata' | 'dns') => (destination: Address) => ({ to: what, from: null, destination });
  return [...metadata.map(to('metadata')), ...instance.dns.map(to('dns'))];
}
