import { expect, it } from 'vitest';
import { change, file, network, nic, stack } from '../activate/testdata/change.ts';
import { commandOf } from '../model/step.ts';
import { planActivation } from './activation.ts';
import type { Intention } from './intend.ts';

const debian = stack({ id: 'ifupdown', format: 'interfaces', include: 'any-name' });

/** The steps for a stanza of eth1 that is rewritten. */
function steps(before: string, after: string): readonly string[] {
  const changed = file('/etc/network/interfaces.d/enid-eth1', nic(1), 'replace', after);
  const held = { ...changed, before: { bytes: Buffer.from(before), mode: 0o644, uid: 0, gid: 0 } };
  const { files } = change(debian, { files: [held] });
  const intention = {
    wanted: { network: network(nic(1)), slots: new Map(), gone: [], notes: [] },
    files: { changes: files },
    differences: [],
  } as unknown as Intention;
  const kernel = { links: [], addresses: [], routes: [], rules: [] };
  const told = { intention, due: [], stack: debian, kernel, activation: 'auto', restart: false } as const;
  const { release, takeUp } = planActivation(told);
  return [...release, ...takeUp].map(commandOf);
}

it('takes a NIC of ifupdown down and up when it asks for a lease no more, or again', () => {
  const [leased, set] = ['iface eth1 inet dhcp\n', 'iface eth1 inet static\n'];
  expect(steps(leased, set)).toEqual(['ifdown eth1', 'ifup eth1']);
  expect(steps(set, leased)).toEqual(['ifdown eth1', 'ifup eth1']);
});

it.each([
  ['networkmanager', 'keyfile', null, ['nmcli connection up ifname eth1']],
  ['netplan', 'netplan', 'networkmanager', ['nmcli connection up netplan-0-enid-eth1']],
  ['netplan', 'netplan', 'networkd', []],
] as const)(
  'of %s (%s, %s) a NIC with a default in main is up by another profile',
  (id, format, by, steps) => {
    const of = stack({ id, format, renderer: by });
    const intention = {
      wanted: { network: network(nic(1)), slots: new Map(), gone: [], notes: [] },
      files: { changes: [] },
      differences: [],
    } as unknown as Intention;
    const kernel = { links: [], addresses: [], routes: [], rules: [] };
    const text = 'a default route in main goes by eth1';
    const due = [{ kind: 'default-stolen', mac: nic(1).mac, text, mend: [] }] as const;
    const { takeUp } = planActivation({
      intention,
      due,
      stack: of,
      kernel,
      activation: 'auto',
      restart: false,
    });
    expect(takeUp.map(commandOf)).toEqual(steps);
  },
);

it('leaves it up while it asks as before', () => {
  expect(steps('iface eth1 inet dhcp\n', 'iface eth1 inet dhcp\n    up ip -4 rule add\n')).toEqual([]);
});
