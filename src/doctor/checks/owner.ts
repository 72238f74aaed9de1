import type { Reason } from '../../model/reason.ts';
import { reasons } from '../../model/reason.ts';
import { type Check, fine, known, machine, orFine, type Verdict, warning, wrong } from '../diagnosis.ts';

type Judge = (subject: string, detail: string) => Verdict;

const whereItIsSaid =
  'see `enid metadata`: correct it where it is assigned (the cloud, `metadata.file`, `interfaces` of the configuration)';

function refused(what: string): Judge {
  return (subject, detail) =>
    wrong(subject, `enid leaves it as it is, for its ${what} is refused: ${detail}`, whereItIsSaid);
}

function removal(path: string): string {
  return `remove it (\`rm ${path}\`) or set \`conflict: adopt\`, which backs it up, then \`enid reconfigure\``;
}

/** What each reason for leaving a NIC alone means to its owner; those not here are told by other checks. */
const judges: Readonly<Partial<Record<Reason, Judge>>> = {
  excluded: (subject, detail) => fine(subject, `left alone: ${detail}`),
  cni: (subject, detail) => fine(subject, `left to a container network plug-in: ${detail}`),
  bonded: (subject, detail) => fine(subject, `left alone: ${detail}`),
  unmanaged: (subject, detail) => {
    const [, path = detail, why = ''] = /^(\S*[^\s:])(?:$|:? (.*)$)/.exec(detail) ?? [];
    if (why === '')
      return warning(subject, `enid leaves it alone, since ${path} configures it`, removal(path));
    const byHand = why.endsWith('by hand') ? '' : removal(path);
    return warning(subject, `enid leaves it alone: ${detail}`, byHand);
  },
  'not-included': (subject, detail) =>
    warning(subject, `enid leaves it alone: ${detail}`, 'if it is an ENI, name it in `interfaces.include`'),
  'shared-mac': (subject, detail) =>
    wrong(
      subject,
      detail,
      'enid cannot tell which of them is meant: give all but one another MAC, or a master',
    ),
  'no-parent': (subject, detail) =>
    wrong(
      subject,
      `nothing is made for this VLAN: ${detail}`,
      'attach the parent, or mend `parent` in `interfaces.vlans`: a name, a MAC or an interface id',
    ),
  'vlan-taken': (subject, detail) =>
    wrong(
      subject,
      `enid does not touch it: ${detail}`,
      'remove that link (`ip link del …`) and what makes it at boot, then `enid reconfigure`',
    ),
  'only-way-out': (subject, detail) =>
    wrong(
      subject,
      `enid leaves it alone: ${detail}`,
      'bring the primary up: does the file that configures it go by the name of another NIC?',
    ),
  'name-refused': (subject, detail) =>
    wrong(subject, `enid leaves it alone: ${detail}`, 'give the link another name (`ip link set … name …`)'),
  'address-refused': refused('address'),
  'subnet-refused': refused('subnet'),
  'gateway-refused': refused('gateway'),
  'table-conflict': (subject, detail) =>
    wrong(
      subject,
      `something else is in its table or priority: ${detail}`,
      'remove that (`ip rule del …`, `ip route del …`), or move enid with `table_base`, then `enid reconfigure`',
    ),
  'no-slot': (subject) =>
    wrong(subject, reasons['no-slot'], 'detach NICs that are not used, then `enid reconfigure`'),
  'no-address': (subject) =>
    wrong(
      subject,
      reasons['no-address'],
      'wait for the metadata, or give one with `interfaces.addresses`, then `enid reconfigure`',
    ),
};

/** Who is in charge of each NIC of the metadata. */
export const owner: Check = {
  name: 'owner',
  judge: ({ wanted }) =>
    known(wanted, ({ network }) => {
      const verdicts = network.setAside.flatMap(({ reason, name, mac, detail }) => {
        const judge = judges[reason];
        return judge === undefined ? [] : [judge(name ?? mac, detail)];
      });
      for (const { name, refused: left } of network.secondaries)
        for (const { detail } of left ?? [])
          verdicts.push(wrong(name, `enid leaves this out: ${detail}`, whereItIsSaid));
      const count = network.secondaries.length;
      return orFine(verdicts, machine, count === 1 ? 'of 1 secondary' : `of ${count} secondaries`);
    }),
};
