import { connect } from '../lab/container.ts';
import type { Namespace } from '../lab/namespace.ts';
import type { Scene } from './scene.ts';

/** Who of all peers is not answered by the published port on these addresses, one line each. */
export async function unanswered({ vpc }: Scene, addresses: readonly string[]): Promise<readonly string[]> {
  const asked = vpc.peers().flatMap((peer) => addresses.map((address) => ({ peer, address })));
  const wrong: string[] = [];
  // Few at once: each is four processes, and the machine may be busy.
  const ask = async () => {
    for (let next = asked.pop(); next !== undefined; next = asked.pop()) {
      const { peer, address } = next;
      const said = await connect(peer, address);
      const own = address.includes(':') ? peer.ipv6 : `::ffff:${peer.ipv4}`;
      if (said !== own) wrong.push(`${peer.name} -> ${address}: ${said}`);
    }
  };
  await Promise.all([ask(), ask(), ask()]);
  return wrong;
}

/** What of the marks is in the kernel: rules by fwmark of both families, the table or the chains, and the record. */
export async function loadedMarks(
  server: Namespace,
): Promise<{ readonly rules: readonly string[]; readonly table: string; readonly record: string }> {
  const [four, six, table, record] = await Promise.all([
    server.must(['ip', 'rule']),
    server.must(['ip', '-6', 'rule']),
    server.run(['nft', 'list', 'table', 'inet', 'enid']),
    server.run(['cat', '/run/enid/forwarding']),
  ]);
  const rules = `${four}${six}`
    .split('\n')
    .filter((line) => line.includes('fwmark'))
    .map((line) => line.replace(/\s+/g, ' ').trim());
  return { rules, table: table.stdout, record: record.stdout };
}
