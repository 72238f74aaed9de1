import { overlaps } from '../../model/address.ts';
import { all, type Check, fine, known, machine, orFine, type Verdict, wrong } from '../diagnosis.ts';
import { type Nic, nicsOf } from '../nics.ts';

type Values = ReadonlyMap<string, string | null>;

/** The value in effect, the larger of `all` and the NIC's own (kernel: networking/ip-sysctl.rst). */
function effective(values: Values, nic: Nic, key: string): number {
  const read = (place: string): number => Number(values.get(`net/ipv4/conf/${place}/${key}`) ?? 0);
  return Math.max(read('all'), read(nic.link.name));
}

/** `sysctl` takes keys with slashes as well, and link names may hold dots. */
function sysctl(nic: Nic, setting: string): string {
  return `\`sysctl -w net/ipv4/conf/${nic.link.name}/${setting}\``;
}

function mend(nic: Nic, settings: readonly string[], isOff: boolean): string {
  const byHand = settings.map((setting) => sysctl(nic, setting)).join(', ');
  const isEnids = nic.by === 'enid' || nic.role === 'primary';
  if (!isEnids || isOff) return `${byHand}, and a file in /etc/sysctl.d to keep it`;
  return `\`enid reconfigure\` sets it; by hand ${byHand}`;
}

/** Strict reverse-path filtering drops what arrives by a secondary while main leads elsewhere. */
export const rpFilter: Check = {
  name: 'rp-filter',
  judge: (found) =>
    known(all({ nics: nicsOf(found), values: found.sysctls }), ({ nics, values }) => {
      const verdicts = nics
        .filter((nic) => nic.role === 'secondary')
        .map((nic) => {
          const value = effective(values, nic, 'rp_filter');
          if (value !== 1) return fine(nic.link.name, value === 2 ? 'loose (2)' : 'off (0)');
          const advice = mend(nic, ['rp_filter=2'], found.config.sysctl === 'no');
          return wrong(nic.link.name, 'rp_filter is strict (1): what comes in by it may be dropped', advice);
        });
      return orFine(verdicts, machine, 'there is no secondary');
    }),
};

/** NICs in one subnet answer for each other unless told not to; the vendors advise against it altogether. */
export const sameSubnet: Check = {
  name: 'same-subnet',
  judge: (found) =>
    known(all({ nics: nicsOf(found), values: found.sysctls }), ({ nics, values }) =>
      orFine(
        pairs(nics).map((pair) => judgePair(pair, values, found.config.sysctl === 'no')),
        machine,
        'no two NICs share a subnet',
      ),
    ),
};

type Pair = readonly [Nic, Nic];

function pairs(nics: readonly Nic[]): readonly Pair[] {
  return nics.flatMap((one, index) =>
    nics.slice(index + 1).flatMap((other): Pair[] => {
      const [mine, theirs] = [one.said.ipv4.subnet, other.said.ipv4.subnet];
      return mine !== null && theirs !== null && overlaps(mine, theirs) ? [[one, other]] : [];
    }),
  );
}

function judgePair([one, other]: Pair, values: Values, isOff: boolean): Verdict {
  const subject = `${one.link.name}, ${other.link.name}`;
  const subnet = one.said.ipv4.subnet;
  const lacking = [one, other].filter(
    (nic) => effective(values, nic, 'arp_ignore') < 1 || effective(values, nic, 'arp_announce') < 2,
  );
  const first = lacking[0];
  if (first === undefined) return fine(subject, `share ${subnet}, each answers for its own addresses only`);
  const names = lacking.map((nic) => nic.link.name).join(' and ');
  const by = lacking.find((nic) => nic.by === 'enid') ?? first;
  const advice = `${mend(by, ['arp_ignore=1', 'arp_announce=2'], isOff)}; better put them into different subnets`;
  const what = `are both in ${subnet}, and ${names} may answer ARP for the addresses of the other`;
  return wrong(subject, what, advice);
}
