import type { Answer } from '../../kernel/ask.ts';
import {
  all,
  type Check,
  fine,
  known,
  machine,
  orFine,
  unknown,
  type Verdict,
  warning,
  wrong,
} from '../diagnosis.ts';
import type { Planned, Way } from '../findings.ts';
import { mendedBy, type Nic, nicsOf } from '../nics.ts';

/** Replies of every secondary leave by it, or the cloud drops them (the kernel itself is asked which way). */
export const replies: Check = {
  name: 'replies',
  judge: (found) =>
    known(all({ nics: nicsOf(found), ways: found.ways }), ({ nics, ways }) => {
      const secondaries = nics.filter((nic) => nic.role === 'secondary');
      const verdicts = secondaries.map((nic) => judgeReplies(nic, ways, found.config.policyRouting));
      return orFine(verdicts, machine, 'there is no secondary');
    }),
};

function judgeReplies(nic: Nic, ways: readonly Way[], hasPolicy: boolean): Verdict {
  const { name } = nic.link;
  const own = ways.filter((way) => way.from?.mac === nic.said.mac);
  if (own.length === 0) return unknown(name, 'it has no address to answer from');
  const astray = astrayOf(nic, ways);
  if (astray.length === 0) return fine(name, 'leave by it');
  const off = '`policy_routing: true` in the configuration, then `enid reconfigure`';
  const byHand = `ip route add default via GATEWAY dev ${name} table 1001; ip rule add from ADDRESS lookup 1001`;
  return wrong(name, tell(astray), nic.by === 'enid' && !hasPolicy ? off : mendedBy(nic, byHand));
}

/** Replies of a secondary that do not leave by it. */
export function astrayOf(nic: Nic, ways: readonly Way[]): readonly Way[] {
  return ways.filter((way) => way.from?.mac === nic.said.mac && deviceOf(way.answer) !== nic.link.name);
}

function deviceOf(answer: Answer): string | null {
  return answer.reachable ? answer.device : null;
}

/** `replies from 10.0.1.20 leave by eth0`, one clause for each way that they take. */
function tell(astray: readonly Way[]): string {
  const clauses = astray.map(({ from, to, destination, answer }) => {
    const where = to === 'outside' ? '' : ` to its own subnet (${destination})`;
    const way = answer.reachable ? `leave by ${answer.device ?? 'no NIC'}` : `leave by no NIC: ${answer.why}`;
    return `replies from ${from?.address}${where} ${way}`;
  });
  return clauses.length > 2
    ? `${clauses.slice(0, 2).join(', ')}, and ${clauses.length - 2} more`
    : clauses.join(', ');
}

/** Replies of the primary never leave by a secondary, also those to hosts in a secondary's subnet. */
export const primaryReplies: Check = {
  name: 'primary-replies',
  judge: (found) =>
    known(all({ nics: nicsOf(found), ways: found.ways }), ({ nics, ways }) => {
      const primary = nics.find((nic) => nic.role === 'primary');
      const secondaries = new Set(nics.filter((nic) => nic.role === 'secondary').map((nic) => nic.link.name));
      if (primary === undefined) return [unknown(machine, 'no link is the primary')];
      const { name } = primary.link;
      const own = ways.filter((way) => way.from?.mac === primary.said.mac);
      if (own.length === 0) return [unknown(name, 'it has no address to answer from')];
      const astray = own.filter((way) => secondaries.has(deviceOf(way.answer) ?? ''));
      if (astray.length === 0) return [fine(name, 'leave by it')];
      const targets = astray.map((way) => `${way.destination} by ${deviceOf(way.answer)}`).join(', ');
      const what = `replies from ${astray[0]?.from?.address} leave to ${targets}`;
      return [wrong(name, what, '`enid reconfigure` adds the rules that keep them on the primary')];
    }),
};

/** New connections to the metadata service and to name servers do not take a secondary. */
export const services: Check = {
  name: 'services',
  judge: (found) =>
    known(
      all({ nics: nicsOf(found), ways: found.ways, instance: found.instance }),
      ({ nics, ways, instance }) => {
        const secondaries = new Set(
          nics.filter((nic) => nic.role === 'secondary').map((nic) => nic.link.name),
        );
        const verdicts = ways
          .filter((way) => way.from === null && secondaries.has(deviceOf(way.answer) ?? ''))
          .map((way) => {
            const what = `${way.to === 'dns' ? 'name server' : 'metadata'} ${way.destination} is reached by ${deviceOf(way.answer)}`;
            // Huawei Cloud, "Elastic Network Interface Overview": extended NICs cannot reach its public services, such as DNS.
            if (way.to === 'dns' && instance.cloud !== 'huawei') {
              return warning(machine, what, 'a route in main leads there: `ip route show table main`');
            }
            const advice =
              'only the primary reaches it: `enid reconfigure` removes such routes of its NICs from main';
            return wrong(machine, what, advice);
          });
        return orFine(verdicts, machine, 'none goes by a secondary');
      },
    ),
};

/** A public address on a secondary works only while the NIC does and answers for itself. */
export const publicAddress: Check = {
  name: 'public-address',
  judge: (found) =>
    known(all({ nics: nicsOf(found), ways: found.ways }), ({ nics, ways }) => {
      const verdicts = nics
        .filter((nic) => nic.role === 'secondary')
        .map((nic) => {
          const { name } = nic.link;
          const cause = causeOf(nic, astrayOf(nic, ways));
          if (cause === null) return fine(name, 'an EIP on it would be answered by it');
          const what = `if an EIP is bound to it (the metadata does not tell), it does not work: ${cause.why}`;
          const advice = `mend that first (see ${cause.see}): a reply must leave by the NIC that the EIP is bound to`;
          return warning(name, what, advice);
        });
      return orFine(verdicts, machine, 'there is no secondary');
    }),
};

/** Why a NIC cannot answer for itself, and the check that tells more. */
function causeOf(nic: Nic, astray: readonly Way[]): { readonly why: string; readonly see: string } | null {
  if (!nic.link.up) return { why: `${nic.link.name} is DOWN`, see: 'link' };
  if (nic.held.length === 0) return { why: `${nic.link.name} has no address`, see: 'address' };
  if (astray.length === 0) return null;
  return { why: 'its replies leave by another NIC', see: 'replies' };
}

/** Routes of main that meet a secondary's subnet: they lead new connections elsewhere than before. */
export const overlaps: Check = {
  name: 'overlaps',
  judge: (found) =>
    known(found.wanted, ({ overlaps: sentences }) =>
      orFine(
        sentences.map((sentence) => warning(machine, sentence, '`ip route show table main` lists them')),
        machine,
        'no route of main leads elsewhere than before',
      ),
    ),
};

/** Ports that containers publish: what the host forwards follows main, unless connections are marked. */
export const forwarded: Check = {
  name: 'forwarded',
  judge: (found) => {
    if (found.config.forwarding.mode === 'symmetric') return known(found.plan, judgeMarks);
    return known(all({ nics: nicsOf(found), kernel: found.kernel }), ({ nics, kernel }) => {
      const names = nics.filter((nic) => nic.role === 'secondary').map((nic) => nic.link.name);
      const bridges = kernel.links
        .filter((link) => link.kind === 'bridge' && link.up)
        .map((link) => link.name);
      if (names.length === 0 || bridges.length === 0)
        return [fine(machine, 'no local network beside a secondary')];
      const what = `ports that containers on ${bridges.join(', ')} publish answer by the primary, also on ${names.join(', ')}`;
      const advice =
        '`forwarding: symmetric` in the configuration, or publish them on the primary’s address, or let the container use the host’s network';
      return [warning(machine, what, advice)];
    });
  },
};

function judgeMarks({ differences, problems }: Planned): readonly Verdict[] {
  const refused = problems.map(({ message, advice }) => wrong(machine, message, advice));
  const missing = differences
    .filter(({ kind }) => kind === 'forwarding')
    .map(({ text }) => wrong(machine, text, '`enid reconfigure` loads it again'));
  return orFine([...refused, ...missing], machine, 'leave by the NIC that they came in by');
}
