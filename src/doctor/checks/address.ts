import { type Address, familyOf } from '../../model/address.ts';
import type { Stack } from '../../model/stack.ts';
import { type Check, fine, known, type Verdict, wrong } from '../diagnosis.ts';
import type { Findings } from '../findings.ts';
import { listedAddresses, mendedBy, type Nic, nicsOf } from '../nics.ts';
import { howToAdd } from '../tables/add-address.ts';

/** Every private address that the metadata lists is on its NIC. */
export const address: Check = {
  name: 'address',
  judge: (found) =>
    known(nicsOf(found), (nics) =>
      nics.map((nic) => judgeNic(nic, found.stack.ok ? found.stack.value : null, isOff(found.sysctls, nic))),
    ),
};

function judgeNic(nic: Nic, stack: Stack | null, ipv6IsOff: boolean): Verdict {
  const { name } = nic.link;
  const listed = listedAddresses(nic, ipv6IsOff ? ['ipv4'] : undefined);
  const held = new Set(nic.held.map((entry) => entry.address));
  const lacking = listed.filter((one) => !held.has(one));
  const first = listed[0];
  if (nic.held.length === 0) {
    const means =
      first === undefined ? 'nor does the metadata list one' : `the metadata lists ${listed.join(', ')}`;
    const hand = first === undefined ? `dhclient ${name}` : `ip address add ${hostPart(first)} dev ${name}`;
    return wrong(name, `has no address; ${means}`, mendedBy(nic, hand));
  }
  if (lacking.length === 0) return fine(name, nic.held.map((entry) => entry.address).join(' '));
  const what = `lacks ${lacking.join(', ')}, which the metadata lists`;
  if (nic.role === 'primary') return wrong(name, what, howToAdd(name, lacking.map(hostPart), stack));
  return wrong(name, what, mendedBy(nic, `ip address add ${lacking.map(hostPart).join(' ')} dev ${name}`));
}

function hostPart(one: Address): string {
  return `${one}/${familyOf(one) === 'ipv4' ? 32 : 128}`;
}

function isOff(sysctls: Findings['sysctls'], nic: Nic): boolean {
  return sysctls.ok && switchOf(sysctls.value, nic) !== '0';
}

/** `0`: IPv6 is on; `1`: off; null: the kernel has no IPv6. */
function switchOf(sysctls: ReadonlyMap<string, string | null>, nic: Nic): string | null {
  return sysctls.get(`net/ipv6/conf/${nic.link.name}/disable_ipv6`) ?? null;
}

/** IPv6 addresses that the metadata lists are of no use where IPv6 is switched off. */
export const ipv6: Check = {
  name: 'ipv6',
  judge: (found) =>
    known(nicsOf(found), (nics) =>
      known(found.sysctls, (sysctls) =>
        nics.map((nic) => {
          const { name } = nic.link;
          const count = listedAddresses(nic, ['ipv6']).length;
          if (count === 0) return fine(name, 'no IPv6 address is listed');
          const value = switchOf(sysctls, nic);
          if (value === '0') return fine(name, 'IPv6 is on');
          const advice =
            value === null
              ? 'the kernel has none: remove `ipv6.disable=1` from its command line or `options ipv6 disable=1` from modprobe.d, and restart'
              : `\`sysctl -w net/ipv6/conf/all/disable_ipv6=0 net/ipv6/conf/${name}/disable_ipv6=0\`, and remove what set it from /etc/sysctl.d`;
          return wrong(name, `has ${count} IPv6 addresses in the metadata, and IPv6 is off`, advice);
        }),
      ),
    ),
};
