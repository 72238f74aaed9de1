import { describe, expect, it } from 'vitest';
import { type Change, commandOf, type Step } from '../model/step.ts';
import { stackActions } from './registry.ts';
import { change, file, goneNic, mac, network, nic, stack } from './testdata/change.ts';

const lines = (steps: readonly Step[]): readonly string[] => steps.map(commandOf);

/** What is run around the writing of the files. */
function around(told: Change): { readonly release: readonly string[]; readonly scoped: readonly string[] } {
  const actions = stackActions[told.stack.id];
  return { release: lines(actions.release(told)), scoped: lines(actions.scoped(told)) };
}

const versions = { networkmanager: null, systemd: null, netplan: null, wicked: null, kernel: null };

describe('network-scripts', () => {
  const el7 = stack({ id: 'network-scripts', format: 'ifcfg', dhcpClient: 'dhclient', networkScripts: true });
  const ifcfg = '/etc/sysconfig/network-scripts/ifcfg-eth1';

  it('brings a new NIC up', () => {
    const told = change(el7, { touched: [nic(1)], files: [file(ifcfg, nic(1), 'create')] });
    expect(around(told)).toEqual({ release: [], scoped: ['ifup eth1'] });
  });

  it('takes a changed one down by its old files first', () => {
    const told = change(el7, { touched: [nic(1)], files: [file(ifcfg, nic(1), 'replace')] });
    expect(around(told)).toEqual({ release: ['ifdown eth1'], scoped: ['ifup eth1'] });
  });

  it('tells a NetworkManager beside it to keep off', () => {
    const both = { ...el7, versions: { ...versions, networkmanager: [1, 18] } };
    const told = change(both, { touched: [nic(1)], files: [file(ifcfg, nic(1), 'create')] });
    expect(around(told).scoped).toEqual([`nmcli connection load ${ifcfg}`, 'ifup eth1']);
  });

  it('lets a detached NIC and its DHCP client go', () => {
    const told = change(el7, { gone: [goneNic(1, false), goneNic(2, true)] });
    const release = ['ifdown eth1', 'dhclient -x -pf /var/run/dhclient-eth1.pid eth1', 'ifdown eth2'];
    expect(around(told)).toEqual({ release, scoped: [] });
  });
});

describe('ifupdown', () => {
  const debian = stack({ id: 'ifupdown', format: 'interfaces', include: 'any-name' });
  const stanza = '/etc/network/interfaces.d/enid-eth1';

  it('takes over from the helper of cloud images', () => {
    const told = change(debian, { touched: [nic(1)], files: [file(stanza, nic(1), 'create')] });
    expect(around(told)).toEqual({
      release: ['ifdown eth1', 'rm -f /run/network/interfaces.d/eth1'],
      scoped: ['ifup eth1'],
    });
  });

  it('names the stanza where nothing includes it', () => {
    const told = change(
      { ...debian, include: 'none' },
      { touched: [nic(1, { name: 'eth1.5' })], files: [file(stanza, nic(1), 'replace')] },
    );
    expect(around(told)).toEqual({
      release: ['ifdown -i /etc/network/interfaces.d/enid-eth1_5 eth1.5'],
      scoped: ['ifup -i /etc/network/interfaces.d/enid-eth1_5 eth1.5'],
    });
  });

  it('takes a detached NIC down before its stanza goes', () => {
    expect(around(change(debian, { gone: [goneNic(1, true)] }))).toEqual({
      release: ['ifdown --force eth1'],
      scoped: [],
    });
  });
});

describe('NetworkManager', () => {
  const nm = stack({
    id: 'networkmanager',
    format: 'keyfile',
    versions: { ...versions, networkmanager: [1, 46] },
  });
  const path = '/etc/NetworkManager/system-connections/enid-eth1.nmconnection';
  const uuid = '9e6f2b32-7a3b-5a0f-9f65-0c6f5b0f6a11';

  it('loads a new profile and takes the NIC up by its uuid', () => {
    const text = `[connection]\nid=enid-eth1\nuuid=${uuid}\n`;
    const told = change(nm, { touched: [nic(1)], files: [file(path, nic(1), 'create', text)] });
    expect(around(told)).toEqual({
      release: [],
      scoped: [`nmcli connection load ${path}`, `nmcli connection up uuid ${uuid}`],
    });
  });

  it('changes a known profile in place where the version can', () => {
    const told = change(nm, { touched: [nic(1)], files: [file(path, nic(1), 'replace', `uuid=${uuid}\n`)] });
    expect(around(told).scoped).toEqual([`nmcli connection load ${path}`, 'nmcli device reapply eth1']);
    const old = { ...told, stack: { ...nm, versions: { ...versions, networkmanager: [1, 20] } } };
    expect(around(old).scoped).toEqual([`nmcli connection load ${path}`, `nmcli connection up uuid ${uuid}`]);
  });

  it.each([
    [path, '[ipv6]\nmethod=manual\n', '[ipv6]\nmethod=disabled\n'],
    ['/etc/sysconfig/network-scripts/ifcfg-eth1', 'IPV6INIT=yes\n', 'IPV6INIT=no\n'],
  ])('leaves it to ip where %s has IPv6 and keeps it, which reapply would take away', (place, has, lacks) => {
    const scoped = (before: string, after: string) => {
      const changed = file(place, nic(1), 'replace', after);
      const held = changed.before === null ? null : { ...changed.before, bytes: Buffer.from(before) };
      return around(change(nm, { touched: [nic(1)], files: [{ ...changed, before: held }] })).scoped;
    };
    const load = `nmcli connection load ${place}`;
    expect(scoped(has, has)).toEqual([load]);
    expect(scoped(lacks, has)).toEqual([load, 'nmcli device reapply eth1']);
    expect(scoped(has, lacks)).toEqual([load, 'nmcli device reapply eth1']);
  });

  it.each([
    [path, '[ipv6]\nmethod=manual\naddress1=2001:db8::1/128\n', 'address2=2001:db8::2/128\n'],
    ['/etc/sysconfig/network-scripts/ifcfg-eth1', 'IPV6INIT=yes\nIPADDR0=10.0.1.20\n', 'IPADDR1=10.0.1.21\n'],
    [
      '/etc/sysconfig/network-scripts/ifcfg-eth1',
      'IPV6INIT=yes\nIPV6ADDR_SECONDARIES="2001:db8::2/128 2001:db8::3/128"\n',
      'IPADDR0=10.0.1.21\n',
    ],
  ])('has NetworkManager itself take away what it has set by %s', (place, few, more) => {
    const scoped = (before: string, after: string) => {
      const changed = file(place, nic(1), 'replace', after);
      const held = changed.before === null ? null : { ...changed.before, bytes: Buffer.from(before) };
      return around(change(nm, { touched: [nic(1)], files: [{ ...changed, before: held }] })).scoped;
    };
    const load = `nmcli connection load ${place}`;
    expect(scoped(few, `${few}${more}`)).toEqual([load]);
    expect(scoped(`${few}${more}`, few)).toEqual([load, 'nmcli device reapply eth1']);
    expect(scoped(few, few.replace(' 2001:db8::3/128', ''))).toEqual(
      few.includes(' 2001:db8::3') ? [load, 'nmcli device reapply eth1'] : [load],
    );
  });

  it('loads the ifcfg file when only its routes changed', () => {
    const route = '/etc/sysconfig/network-scripts/route-eth1';
    const told = change(
      { ...nm, format: 'ifcfg-nm' },
      { touched: [nic(1)], files: [file(route, nic(1), 'replace')] },
    );
    expect(around(told).scoped[0]).toBe('nmcli connection load /etc/sysconfig/network-scripts/ifcfg-eth1');
  });

  it('takes a NIC up that the kernel shows otherwise than its files', () => {
    expect(around(change(nm, { touched: [nic(1)] })).scoped).toEqual(['nmcli connection up ifname eth1']);
  });

  it('reads all profiles at once when NICs have exchanged names, and so their files', () => {
    const other = '1b0c51a7-5a1f-5a55-8a3c-6a0c5b0f6a22';
    const former = (text: string) => ({ bytes: Buffer.from(text), mode: 0o600, uid: 0, gid: 0 });
    const [one, two] = [nic(1, { name: 'eth2' }), nic(2, { name: 'eth1' })];
    const taken = {
      ...file(path, two, 'replace', `uuid=${other}\n`),
      before: former(`uuid=${uuid}\n`),
    };
    const moved = file(path.replace('eth1', 'eth2'), one, 'create', `uuid=${uuid}\n`);
    const left = file(path.replace('eth1', 'eth5'), two, 'remove');
    expect(around(change(nm, { touched: [one, two], files: [moved, taken, left] })).scoped).toEqual([
      'nmcli connection reload',
      `nmcli connection up uuid ${uuid}`,
      `nmcli connection up uuid ${other}`,
    ]);
  });

  it('rereads profiles when one is gone', () => {
    expect(around(change(nm, { gone: [goneNic(1, false)] })).scoped).toEqual(['nmcli connection reload']);
  });

  it('leaves the NIC to network-scripts below 1.18', () => {
    const el7 = stack({
      id: 'networkmanager',
      format: 'ifcfg-nm',
      networkScripts: true,
      versions: { ...versions, networkmanager: [1, 10] },
    });
    const told = change(el7, {
      touched: [nic(1)],
      files: [file('/etc/sysconfig/network-scripts/ifcfg-eth1', nic(1), 'replace')],
    });
    expect(around(told)).toEqual({
      release: ['ifdown eth1'],
      scoped: ['nmcli connection load /etc/sysconfig/network-scripts/ifcfg-eth1', 'ifup eth1'],
    });
    expect(stackActions.networkmanager.reapplies(el7)).toBe(false);
  });
});

describe('netplan', () => {
  const netplan = stack({ id: 'netplan', format: 'netplan' });
  const yaml = '/etc/netplan/60-enid-eth1.yaml';
  const told = change(netplan, { touched: [nic(1)], files: [file(yaml, nic(1), 'create')] });

  it('touches one NIC only', () => {
    expect(around(told)).toEqual({ release: [], scoped: ['netplan generate', 'networkctl reload'] });
  });

  it('restarts networkd where it has no reload', () => {
    const bionic = { ...netplan, versions: { ...versions, systemd: [237] } };
    expect(around({ ...told, stack: bionic }).scoped).toEqual([
      'netplan generate',
      'systemctl restart systemd-networkd',
    ]);
    expect(stackActions.netplan.reapplies(bionic)).toBe(false);
    expect(stackActions.netplan.reapplies(netplan)).toBe(true);
  });

  it('goes through NetworkManager where that is the renderer', () => {
    const byNm = { ...told, stack: { ...netplan, renderer: 'networkmanager' as const } };
    expect(around(byNm).scoped).toEqual([
      'netplan generate',
      'nmcli connection reload',
      'nmcli connection up netplan-0-enid-eth1',
    ]);
  });

  it('changes a profile of NetworkManager in place', () => {
    const newest = { ...versions, networkmanager: [1, 52] };
    const byNm = { ...netplan, renderer: 'networkmanager' as const, versions: newest };
    const scoped = (before: string, after: string) => {
      const changed = file(yaml, nic(1), 'replace', after);
      const held = changed.before === null ? null : { ...changed.before, bytes: Buffer.from(before) };
      return around(change(byNm, { touched: [nic(1)], files: [{ ...changed, before: held }] })).scoped;
    };
    const [one, two] = ['      addresses:\n        - "2001:db8::1/128"\n', '        - "2001:db8::2/128"\n'];
    const read = ['netplan generate', 'nmcli connection reload'];
    expect(scoped('      dhcp4: true\n', `      dhcp4: true\n${one}`)).toEqual([
      ...read,
      'nmcli device reapply eth1',
    ]);
    expect(scoped(one, `${one}${two}`)).toEqual(read);
    expect(scoped(`${one}${two}`, one)).toEqual([...read, 'nmcli device reapply eth1']);
  });

  it('takes up the NICs that `netplan apply` has NetworkManager forget', () => {
    const byNm = { ...netplan, renderer: 'networkmanager' as const };
    const machine = { stack: byNm, network: network(nic(1), nic(2)) };
    expect(stackActions.netplan.service(machine).map(commandOf)).toEqual([
      'netplan apply',
      'nm-online --wait-for-startup --quiet --timeout=30',
      'nmcli connection up netplan-0-enid-eth1',
      'nmcli connection up netplan-0-enid-eth2',
    ]);
  });

  it('drops what netplan made for a NIC that is gone', () => {
    const left = change(netplan, {
      gone: [goneNic(1, false)],
      files: [file(yaml, goneNic(1, false), 'remove')],
    });
    expect(around(left).scoped).toEqual(['netplan generate', 'networkctl reload']);
  });

  it('sets a NIC up again when only the kernel differs', () => {
    expect(around(change(netplan, { touched: [nic(1)] })).scoped).toEqual(['networkctl reconfigure eth1']);
  });
});

describe('systemd-networkd', () => {
  const networkd = stack({ id: 'networkd', format: 'networkd' });

  it('reloads for files and reconfigures for the kernel', () => {
    const told = change(networkd, {
      touched: [nic(1), nic(2)],
      files: [file('/etc/systemd/network/60-enid-eth1.network', nic(1), 'replace')],
    });
    expect(around(told)).toEqual({
      release: [],
      scoped: ['networkctl reload', 'networkctl reconfigure eth2'],
    });
  });

  it('knows that version 219 keeps rules in a unit', () => {
    const old = { ...networkd, versions: { ...versions, systemd: [219] } };
    const unit = '/etc/systemd/system/enid-policy-eth1.service';
    const added = change(old, { touched: [nic(1)], files: [file(unit, nic(1), 'create')] });
    expect(around(added).scoped).toEqual(['systemctl daemon-reload', 'systemctl restart systemd-networkd']);
    const left = change(old, { gone: [goneNic(1, false)], files: [file(unit, goneNic(1, false), 'remove')] });
    expect(around(left)).toEqual({
      release: ['systemctl stop enid-policy-eth1.service'],
      scoped: ['systemctl daemon-reload'],
    });
  });
});

describe('a VLAN on a NIC whose files are not ours', () => {
  const vlan = nic(2, { name: 'eth0.200', vlan: { parent: 'eth0', parentMac: mac(1), id: 200 } });
  const unit = '/etc/systemd/system/enid-vlan-eth0.200.service';
  const made = (on: Change['stack'], path: string) =>
    around(change(on, { touched: [vlan], files: [file(path, vlan, 'create')] })).scoped;

  it('is made by its unit, once networkd knows what to do with it', () => {
    expect(made(stack({ id: 'networkd', format: 'networkd' }), unit)).toEqual([
      'systemctl daemon-reload',
      'networkctl reload',
      'systemctl restart enid-vlan-eth0.200.service',
    ]);
    expect(made(stack({ id: 'netplan', format: 'netplan' }), unit)).toEqual([
      'systemctl daemon-reload',
      'netplan generate',
      'networkctl reload',
      'systemctl restart enid-vlan-eth0.200.service',
    ]);
  });

  it('is made again by its unit where only the kernel differs', () => {
    const told = change(stack({ id: 'networkd', format: 'networkd' }), { touched: [vlan] });
    expect(around(told).scoped).toEqual([
      'networkctl reconfigure eth0.200',
      'systemctl restart enid-vlan-eth0.200.service',
    ]);
    expect(stackActions.networkd.scoped(told)[0]).toMatchObject({ mayFail: true });
  });

  it('has a profile of ours behind netplan with NetworkManager', () => {
    const on = stack({ id: 'netplan', format: 'netplan', renderer: 'networkmanager' });
    expect(made(on, '/etc/NetworkManager/system-connections/enid-eth0.200.nmconnection')).toEqual([
      'netplan generate',
      'nmcli connection reload',
      'nmcli connection up enid-eth0.200',
    ]);
  });

  it('is forgotten by its unit when it goes', () => {
    for (const id of ['networkd', 'netplan'] as const) {
      const leaving = { name: 'eth0.200', mac: vlan.mac, table: 21002, present: true };
      const told = change(stack({ id, format: id }), {
        gone: [leaving],
        files: [file(unit, leaving, 'remove')],
      });
      expect(around(told).release).toEqual(['systemctl stop enid-vlan-eth0.200.service']);
    }
  });
});

describe('SUSE', () => {
  const ifcfg = '/etc/sysconfig/network/ifcfg-eth1';

  it('wicked: a new NIC up, a changed one reloaded, a gone one dropped', () => {
    const wicked = stack({ id: 'wicked', format: 'ifcfg-suse' });
    const told = change(wicked, {
      touched: [nic(1), nic(2), nic(3)],
      files: [file(ifcfg, nic(1), 'create'), file('/etc/sysconfig/network/ifrule-eth2', nic(2), 'replace')],
      gone: [goneNic(4, true)],
    });
    expect(around(told)).toEqual({
      release: [],
      scoped: ['wicked ifreload eth4', 'wicked ifup eth1', 'wicked ifreload eth2', 'wicked ifup eth3'],
    });
  });

  it('sysconfig: down by the old files, up by the new', () => {
    const sles11 = stack({ id: 'sysconfig', format: 'ifcfg-suse', init: 'sysv' });
    const told = change(sles11, {
      touched: [nic(1)],
      files: [file(ifcfg, nic(1), 'replace')],
      gone: [goneNic(2, true)],
    });
    expect(around(told)).toEqual({ release: ['ifdown eth1', 'ifdown eth2'], scoped: ['ifup eth1'] });
  });
});

describe('every stack', () => {
  const stacks = [
    stack({ id: 'netplan', format: 'netplan' }),
    stack({ id: 'netplan', format: 'netplan', renderer: 'networkmanager' }),
    stack({ id: 'netplan', format: 'netplan', versions }),
    stack({ id: 'networkmanager', format: 'keyfile', versions: { ...versions, networkmanager: [1, 46] } }),
    stack({
      id: 'networkmanager',
      format: 'ifcfg-nm',
      versions: { ...versions, networkmanager: [1, 10] },
      networkScripts: true,
    }),
    stack({ id: 'networkd', format: 'networkd' }),
    stack({ id: 'networkd', format: 'networkd', versions }),
    stack({ id: 'wicked', format: 'ifcfg-suse' }),
    stack({ id: 'sysconfig', format: 'ifcfg-suse', init: 'sysv' }),
    stack({ id: 'network-scripts', format: 'ifcfg' }),
    stack({ id: 'network-scripts', format: 'ifcfg', init: 'sysv' }),
    stack({ id: 'ifupdown', format: 'interfaces', include: 'none' }),
    stack({ id: 'ifupdown', format: 'interfaces', include: 'any-name', init: 'upstart' }),
    stack({ id: 'none', format: 'none' }),
  ];
  const named = stacks.map((one) => [`${one.id} ${one.format} ${one.init}`, one] as const);

  it('is registered under its own id', () => {
    for (const [id, actions] of Object.entries(stackActions)) expect(actions.id).toBe(id);
  });

  it.each(named)('%s: steps say why, end some day, and start only what may be started', (_, on) => {
    const told = change(on, { touched: [nic(1)], gone: [goneNic(2, true)] });
    const { scoped, release, service, revive } = stackActions[on.id];
    const revival = revive(told);
    const steps = [
      release(told),
      scoped(told),
      service(told),
      revival.scoped,
      revival.start,
      revival.restart,
    ].flat();
    for (const step of steps) {
      expect(step.why).not.toBe('');
      expect(step.timeout).toBeGreaterThan(0);
      expect(step.timeout).toBeLessThanOrEqual(60_000);
      expect(step.argv.every((word) => word !== '')).toBe(true);
      // PID 1 would put its own variable there.
      expect(step.argv.join(' ')).not.toContain('$'.concat('{'));
      if (step.runAs === 'own') expect(['ip', 'systemctl']).toContain(step.argv[0]);
      if (step.argv[0] === 'systemctl') expect(step.runAs).toBe('own');
    }
  });

  it.each(named)(
    '%s: nothing that is done for our NICs names the primary, whatever the change says',
    (_, on) => {
      const asPrimary = [nic(1, { name: 'eth0' }), nic(2, { mac: mac(1) })];
      const swapped = [
        { ...goneNic(3, true), name: 'eth0' },
        { ...goneNic(4, true), mac: mac(1) },
        goneNic(1, false),
      ];
      const told: Change = {
        ...change(on),
        network: network(nic(1)),
        touched: asPrimary,
        gone: swapped,
        files: asPrimary.map((one) => file(`/etc/x/ifcfg-${one.name}`, one, 'replace')),
      };
      const { release, scoped } = stackActions[on.id];
      expect(lines([...release(told), ...scoped(told)])).toEqual([]);
    },
  );

  it.each(named)(
    '%s: a NIC that left is not looked for under a name that somebody else bears now',
    (_, on) => {
      const stranger = { name: 'eth1', mac: mac(9), id: null, role: 'secondary', detail: '' } as const;
      const aside = { ...network(), setAside: [{ ...stranger, reason: 'cni' } as const] };
      const left = goneNic(1, false);
      const { release, scoped } = stackActions[on.id];
      for (const told of [
        change(on, { gone: [left], network: aside }),
        change(on, { gone: [left], linkNames: ['lo', 'eth0', 'eth1'] }),
      ])
        expect(lines([...release(told), ...scoped(told)])).toEqual([]);

      // Its own link, which is still there, is let go although it is listed as set aside.
      const own = { ...network(), setAside: [{ ...stranger, mac: left.mac, reason: 'excluded' } as const] };
      const kept = change(on, { gone: [goneNic(1, true)], network: own, linkNames: ['eth1'] });
      const plain = change(on, { gone: [goneNic(1, true)] });
      expect(lines([...release(kept), ...scoped(kept)])).toEqual(
        lines([...release(plain), ...scoped(plain)]),
      );
    },
  );

  it.each(named)('%s: nothing is run when nothing is touched', (_, on) => {
    const idle = change(on);
    expect(stackActions[on.id].release(idle)).toEqual([]);
    expect(stackActions[on.id].scoped(idle)).toEqual([]);
  });

  it.each(named)('%s: a VLAN comes up after the NIC it rides on', (_, on) => {
    const vlan = nic(1, { name: 'eth2.5', vlan: { parent: 'eth2', parentMac: mac(3), id: 5 } });
    const told = change(on, { touched: [vlan, nic(2)] });
    const text = lines(stackActions[on.id].scoped(told)).join('\n');
    if (text.includes('eth2.5')) expect(text.search(/eth2$/m)).toBeLessThan(text.indexOf('eth2.5'));
  });

  it('is revived by mild means first', () => {
    const machine = change(stack({ id: 'networkmanager', format: 'keyfile' }));
    const revival = stackActions.networkmanager.revive(machine);
    expect(lines(revival.scoped)).toEqual(['nmcli connection reload', 'nmcli connection up ifname eth0']);
    expect(lines(revival.start)).toEqual(['systemctl start NetworkManager']);
    expect(lines(revival.restart)).toEqual(['systemctl restart NetworkManager']);
  });

  it('hears what a consumer refused', () => {
    expect(stackActions.networkmanager.refusal("Error: Could not load file '/x'.\n")).toContain(
      'Could not load file',
    );
    expect(
      stackActions.netplan.refusal('/etc/netplan/a.yaml:3:1: Error in network definition: unknown key'),
    ).toContain('unknown key');
    expect(stackActions.networkmanager.refusal('Connection successfully activated')).toBeNull();
    for (const actions of Object.values(stackActions)) expect(actions.refusal('')).toBeNull();
  });
});
