import { describe, expect, it } from 'vitest';
import { adoptionObstacle } from '../model/claim.ts';
import type { OwnedFile } from '../model/file.ts';
import type { Link } from '../model/kernel.ts';
import type { Mac } from '../model/mac.ts';
import { ok } from '../model/problem.ts';
import type { Stack, StackId } from '../model/stack.ts';
import { isUnmanaged } from './claims/cni.ts';
import { findClaims } from './claims.ts';
import { findContainer } from './container.ts';
import { formatsOf } from './formats.ts';
import { type Answers, execOf, filesOf, type Tree } from './testdata/machine.ts';

const macOf = (number: number): Mac => `00:16:3e:00:00:0${number}` as Mac;

function link(number: number, more: Partial<Link> = {}): Link {
  return {
    index: number + 2,
    name: `eth${number}`,
    mac: macOf(number),
    mtu: 1500,
    up: true,
    carrier: true,
    type: 'ether',
    kind: null,
    master: null,
    parent: null,
    vlanId: null,
    hasDevice: true,
    ...more,
  };
}

function stackOf(id: StackId, renderer: Stack['renderer'] = id === 'netplan' ? 'networkd' : null): Stack {
  const versions = { networkmanager: null, systemd: null, netplan: null, wicked: null, kernel: null };
  return {
    id,
    format: formatsOf[id][0],
    renderer,
    init: 'systemd',
    versions,
    dhcpClient: null,
    include: null,
    networkScripts: false,
  };
}

/** Which of eth1 and eth2 are claimed, and where it says so. */
async function claims(
  stack: Stack | StackId,
  tree: Tree,
  owned: readonly string[] = [],
  links = [link(0), link(1), link(2)],
) {
  const files = new Map<string, OwnedFile>(
    owned.map((path) => [path, { path, digest: '', mode: 0o644, mac: null }]),
  );
  const on = typeof stack === 'string' ? stackOf(stack) : stack;
  const found = await findClaims({ files: filesOf(tree) }, on, links, { files });
  if (!found.ok) throw new Error(`${found.problem.place}: ${found.problem.message}`);
  return Object.fromEntries(
    [...found.value].map(([mac, claim]) => [mac.slice(-1), `${claim.by} ${claim.where}`]),
  );
}

const scripts = '/etc/sysconfig/network-scripts';
const keyfiles = '/etc/NetworkManager/system-connections';

describe("a person's file", () => {
  it.each<[string, StackId, string, string]>([
    ['ifcfg by DEVICE', 'network-scripts', `${scripts}/ifcfg-lan`, 'DEVICE="eth1"\n'],
    ['ifcfg by HWADDR', 'network-scripts', `${scripts}/ifcfg-lan`, 'DEVICE=lan0\nHWADDR=00:16:3E:00:00:01\n'],
    ['ifcfg by its name', 'network-scripts', `${scripts}/ifcfg-eth1`, 'ONBOOT=no\n'],
    ['an alias of ifcfg', 'network-scripts', `${scripts}/ifcfg-eth1:0`, 'DEVICE=eth1:0\nIPADDR=10.0.0.9\n'],
    ['ifcfg under NetworkManager', 'networkmanager', `${scripts}/ifcfg-eth1`, 'DEVICE=eth1\n'],
    [
      'a keyfile by name',
      'networkmanager',
      `${keyfiles}/lan.nmconnection`,
      '[connection]\nid=lan\ninterface-name=eth1\n',
    ],
    [
      'a keyfile by MAC',
      'networkmanager',
      `${keyfiles}/lan`,
      '[connection]\nid=lan\n\n[802-3-ethernet]\nmac-address=00:16:3E:00:00:01\n',
    ],
    [
      'netplan by its id',
      'netplan',
      '/etc/netplan/10-lan.yaml',
      'network: {version: 2, ethernets: {eth1: {dhcp4: true}}}\n',
    ],
    [
      'netplan by MAC',
      'netplan',
      '/etc/netplan/10-lan.yaml',
      'network: {version: 2, ethernets: {lan: {match: {macaddress: "00:16:3e:00:00:01"}}}}\n',
    ],
    [
      'a netplan bond',
      'netplan',
      '/etc/netplan/10-bond.yaml',
      'network: {ethernets: {any: {match: {name: "eth1*"}}}, bonds: {bond0: {interfaces: [any]}}}\n',
    ],
    ['networkd behind netplan', 'netplan', '/etc/systemd/network/05-lan.network', '[Match]\nName=eth1\n'],
    [
      'networkd by name',
      'networkd',
      '/etc/systemd/network/lan.network',
      '[Match]\nName=eno1 eth1\n[Network]\nDHCP=yes\n',
    ],
    [
      'networkd by MAC',
      'networkd',
      '/etc/systemd/network/lan.network',
      '[Match]\nMACAddress=00:16:3e:00:00:01\n',
    ],
    [
      'networkd by MAC, but for other names',
      'networkd',
      '/etc/systemd/network/lan.network',
      '[Match]\nMACAddress=00:16:3e:00:00:01\nName=!eth0 eth[2-9]\n',
    ],
    [
      'a keyfile that matches one name among others it is not for',
      'networkmanager',
      `${keyfiles}/lan.nmconnection`,
      '[connection]\nid=lan\n[match]\ninterface-name=|eth1;!eth0;\n',
    ],
    ['a stanza', 'ifupdown', '/etc/network/interfaces', 'auto eth1\niface eth1 inet dhcp\n'],
    ['a stanza by MAC', 'ifupdown', '/etc/network/interfaces', 'iface /mac/00:16:3e:00:00:01 inet dhcp\n'],
    ['SUSE by name', 'wicked', '/etc/sysconfig/network/ifcfg-eth1', "BOOTPROTO='dhcp'\n"],
    [
      'SUSE by MAC',
      'sysconfig',
      '/etc/sysconfig/network/ifcfg-eth-id-00:16:3e:00:00:01',
      "BOOTPROTO='dhcp'\n",
    ],
    ["wicked's XML", 'wicked', '/etc/wicked/ifconfig/lan.xml', '<interface><name>eth1</name></interface>'],
  ])('%s claims the NIC, unless it is ours or of cloud-init', async (_, stack, path, text) => {
    expect(await claims(stack, { [path]: text })).toEqual({ 1: `person ${path}` });
    expect(await claims(stack, { [path]: `# Managed by enid\n${text}` })).toEqual({});
    expect(await claims(stack, { [path]: text }, [path])).toEqual({});
    expect(
      await claims(stack, { [path]: `# Created by cloud-init automatically, do not edit.\n#\n${text}` }),
    ).toEqual({});
    expect(await claims(stack, { [path]: `# put here by me\n${text}` })).toEqual({ 1: `person ${path}` });
    expect(await claims('none', { [path]: text })).toEqual({});
  });

  it('in an included file of ifupdown counts, one that cloud-init or the running system made does not', async () => {
    const main = {
      '/etc/network/interfaces':
        'source /etc/network/interfaces.d/*\nsource-directory /run/network/interfaces.d\n',
    };
    const stanza = 'iface eth1 inet dhcp\n';
    expect(await claims('ifupdown', { ...main, '/etc/network/interfaces.d/lan': stanza })).toEqual({
      1: 'person /etc/network/interfaces.d/lan',
    });
    expect(
      await claims('ifupdown', { ...main, '/etc/network/interfaces.d/50-cloud-init.cfg': stanza }),
    ).toEqual({});
    expect(await claims('ifupdown', { ...main, '/run/network/interfaces.d/eth1': stanza })).toEqual({});
  });

  it.each<[string, StackId, Tree]>([
    [
      'a wildcard of networkd',
      'networkd',
      { '/etc/systemd/network/80.network': '[Match]\nName=eth*\n[Network]\nDHCP=yes\n' },
    ],
    [
      'a name that goes with another MAC',
      'networkd',
      { '/etc/systemd/network/80.network': '[Match]\nName=eth1\nMACAddress=02:00:00:00:00:09\n' },
    ],
    [
      'a name that the file says it is not for',
      'networkd',
      { '/etc/systemd/network/80.network': '[Match]\nMACAddress=00:16:3e:00:00:01\nName=!eth[12]\n' },
    ],
    ['a mask of networkd', 'networkd', { '/etc/systemd/network/60-x.network': { link: '/dev/null' } }],
    [
      'netplan made at run time',
      'netplan',
      { '/run/netplan/eth1.yaml': 'network: {ethernets: {eth1: {dhcp4: true}}}' },
    ],
    [
      'netplan of a package',
      'netplan',
      { '/usr/lib/netplan/00-all.yaml': 'network: {ethernets: {eth1: {dhcp4: true}}}' },
    ],
    [
      'a wildcard of netplan',
      'netplan',
      { '/etc/netplan/90.yaml': 'network: {ethernets: {all: {match: {name: "eth*"}}}}' },
    ],
    [
      'a keyfile for any NIC',
      'networkmanager',
      { [`${keyfiles}/any.nmconnection`]: '[connection]\nid=any\ntype=ethernet\n' },
    ],
    [
      'a keyfile of another MAC',
      'networkmanager',
      {
        [`${keyfiles}/x.nmconnection`]:
          '[connection]\ninterface-name=eth1\n[ethernet]\nmac-address=02:00:00:00:00:09\n',
      },
    ],
    [
      'a backup of ifcfg',
      'network-scripts',
      { [`${scripts}/ifcfg-eth1.bak`]: 'DEVICE=eth1\n', [`${scripts}/ifcfg-eth1~`]: 'DEVICE=eth1\n' },
    ],
    [
      'a stanza for every NIC',
      'ifupdown',
      { '/etc/network/interfaces': 'auto /eth*\niface /eth* inet dhcp\n' },
    ],
    [
      'files of a stack that is not in charge',
      'networkd',
      { [`${scripts}/ifcfg-eth1`]: 'DEVICE=eth1\n', '/etc/netplan/x.yaml': '][' },
    ],
  ])('%s is no claim', async (_, stack, tree) => {
    expect(await claims(stack, tree)).toEqual({});
  });

  it('for a VLAN does not claim the NIC below that bears the same MAC', async () => {
    const vlan = link(1, { name: 'eth1.7', kind: 'vlan', hasDevice: false });
    expect(
      await claims(
        'network-scripts',
        { [`${scripts}/ifcfg-eth1.7`]: 'DEVICE=eth1.7\nVLAN=yes\n' },
        [],
        [link(1), vlan],
      ),
    ).toEqual({});
  });

  it.each<[StackId, string]>([
    ['networkd', '/etc/systemd/network/a.network'],
    ['networkmanager', `${keyfiles}/a.nmconnection`],
    ['ifupdown', '/etc/network/interfaces'],
    ['netplan', '/etc/netplan/a.yaml'],
  ])('that cannot be read on %s leaves the question open', async (stack, path) => {
    const tree = { [path]: { unreadable: true } } as const;
    const found = await findClaims({ files: filesOf(tree) }, stackOf(stack), [link(1)], { files: new Map() });
    expect(found).toMatchObject({ ok: false, problem: { code: 'file-unreadable', place: path } });
  });
});

describe('a file that names the MAC of another NIC', () => {
  const stale = '00:16:3e:99:99:99';

  it.each<[string, StackId, string, string]>([
    ['ifcfg by DEVICE', 'network-scripts', `${scripts}/ifcfg-lan`, `DEVICE=eth1\nHWADDR=${stale}\n`],
    [
      'ifcfg by DEVICE, in quotes',
      'network-scripts',
      `${scripts}/ifcfg-lan`,
      `DEVICE=eth1\nHWADDR="${stale.toUpperCase()}"\n`,
    ],
    [
      'ifcfg where keyfiles are written',
      'networkmanager',
      `${scripts}/ifcfg-eth1`,
      `DEVICE=eth1\nHWADDR=${stale}\n`,
    ],
    [
      'a keyfile',
      'networkmanager',
      `${keyfiles}/eth1.nmconnection`,
      `[connection]\ninterface-name=eth1\n[ethernet]\nmac-address=${stale}\n`,
    ],
    [
      'networkd',
      'networkd',
      '/etc/systemd/network/eth1.network',
      `[Match]\nName=eth1\nMACAddress=${stale}\n`,
    ],
    [
      'networkd, the permanent one',
      'networkd',
      '/etc/systemd/network/eth1.network',
      `[Match]\nName=eth1\nPermanentMACAddress=${stale}\n`,
    ],
    [
      'netplan',
      'netplan',
      '/etc/netplan/a.yaml',
      `network: {ethernets: {eth1: {match: {macaddress: "${stale}"}, set-name: eth1, dhcp4: true}}}`,
    ],
    ['ifupdown', 'ifupdown', '/etc/network/interfaces', `iface /mac/${stale} inet dhcp\n`],
    ['SUSE', 'wicked', `/etc/sysconfig/network/ifcfg-eth-id-${stale}`, "BOOTPROTO='dhcp'\n"],
    [
      'XML',
      'wicked',
      '/etc/wicked/ifconfig/a.xml',
      `<name namespace="ethernet"><permanent-address>${stale}</permanent-address></name>`,
    ],
  ])('%s is no claim', async (_what, stack, path, text) => {
    expect(await claims(stack, { [path]: text })).toEqual({});
  });

  it('XML with the permanent address of the NIC is one', async () => {
    const text = '<name namespace="ethernet"><permanent-address>00:16:3e:00:00:01</permanent-address></name>';
    expect(await claims('wicked', { '/etc/wicked/ifconfig/a.xml': text })).toEqual({
      1: 'person /etc/wicked/ifconfig/a.xml',
    });
  });

  it.each<[StackId, Stack['format']]>([
    ['network-scripts', 'ifcfg'],
    ['networkmanager', 'ifcfg-nm'],
  ])('stands in the way on %s with %s files, and may be adopted', async (id, format) => {
    const path = `${scripts}/ifcfg-eth1`;
    const tree = { [path]: `DEVICE=eth1\nHWADDR=${stale}\n` };
    const stack = { ...stackOf(id), format };
    const found = await findClaims({ files: filesOf(tree) }, stack, [link(0), link(1)], { files: new Map() });
    const claim = found.ok ? found.value.get(macOf(1)) : undefined;
    expect(claim).toMatchObject({
      where: path,
      why: expect.stringContaining(stale),
      files: [{ path, whole: true }],
    });
    expect(claim && adoptionObstacle(claim)).toBeNull();
  });

  it('is not adopted where that NIC is here', async () => {
    const path = `${scripts}/ifcfg-eth1`;
    const tree = { [path]: `DEVICE=eth1\nHWADDR=${macOf(0)}\n` };
    const links = [link(0), link(1)];
    const found = await findClaims({ files: filesOf(tree) }, stackOf('network-scripts'), links, {
      files: new Map(),
    });
    const claim = found.ok ? found.value.get(macOf(1)) : undefined;
    expect(claim && adoptionObstacle(claim)).toContain(path);
  });
});

describe('taking a NIC over from a person', () => {
  /** Each file that claims eth1, and whether it holds eth1 alone. */
  async function filesOfOne(stack: Stack | StackId, tree: Tree) {
    const on = typeof stack === 'string' ? stackOf(stack) : stack;
    const found = await findClaims({ files: filesOf(tree) }, on, [link(0), link(1), link(2)], {
      files: new Map(),
    });
    if (!found.ok) throw new Error(found.problem.message);
    const claim = found.value.get(macOf(1));
    if (claim === undefined) throw new Error('nobody claims eth1');
    expect(adoptionObstacle(claim) === null).toBe(claim.files?.every((file) => file.whole));
    return Object.fromEntries((claim.files ?? []).map(({ path, whole }) => [path, whole]));
  }
  const own = 'DEVICE=eth1\nBOOTPROTO=dhcp\n';
  const profile = '[connection]\nid=lan\ninterface-name=eth1\n';
  const nic = 'eth1: {dhcp4: true}';
  const includes = { '/etc/network/interfaces': 'auto lo\niface lo inet loopback\nsource interfaces.d/*\n' };

  it.each<[string, boolean, StackId, string, string]>([
    ['an ifcfg file', true, 'network-scripts', `${scripts}/ifcfg-lan`, own],
    ['an alias', true, 'network-scripts', `${scripts}/ifcfg-eth1:0`, 'DEVICE=eth1:0\nIPADDR=10.0.0.9\n'],
    [
      'an ifcfg file by MAC',
      true,
      'network-scripts',
      `${scripts}/ifcfg-lan`,
      'DEVICE=lan0\nHWADDR=00:16:3E:00:00:01\n',
    ],
    [
      'an ifcfg file that bears its name and the MAC of another',
      false,
      'network-scripts',
      `${scripts}/ifcfg-eth1`,
      'HWADDR=00:16:3E:00:00:02\n',
    ],
    ['the port of a bond', false, 'network-scripts', `${scripts}/ifcfg-eth1`, `${own}MASTER=bond0\n`],
    ['a SUSE file', true, 'wicked', '/etc/sysconfig/network/ifcfg-eth1', "BOOTPROTO='dhcp'\n"],
    ['XML', true, 'wicked', '/etc/wicked/ifconfig/a.xml', '<interface><name>eth1</name></interface>'],
    ['XML of two', false, 'wicked', '/etc/wicked/ifconfig/a.xml', '<name>eth1</name><name>eth2</name>'],
    ['a keyfile', true, 'networkmanager', `${keyfiles}/lan.nmconnection`, profile],
    ['a keyfile of a port', false, 'networkmanager', `${keyfiles}/lan`, `${profile}master=bond0\n`],
    [
      'a keyfile for some',
      false,
      'networkmanager',
      `${keyfiles}/lan`,
      '[connection]\nid=lan\n[match]\ninterface-name=eth1;eth2;\n',
    ],
    ['networkd', true, 'networkd', '/etc/systemd/network/lan.network', '[Match]\nName=eth1\n'],
    [
      'networkd by MAC',
      true,
      'networkd',
      '/etc/systemd/network/lan.network',
      '[Match]\nName=eth*\nMACAddress=00:16:3e:00:00:01\n',
    ],
    ['networkd for two', false, 'networkd', '/etc/systemd/network/lan.network', '[Match]\nName=eth1 eth2\n'],
    [
      'networkd under a VLAN',
      false,
      'networkd',
      '/etc/systemd/network/lan.network',
      '[Match]\nName=eth1\n[Network]\nVLAN=eth1.7\n',
    ],
    [
      'netplan',
      true,
      'netplan',
      '/etc/netplan/10-lan.yaml',
      `network: {version: 2, renderer: networkd, ethernets: {${nic}}}`,
    ],
    [
      'netplan that chooses the renderer of all',
      false,
      'netplan',
      '/etc/netplan/10-lan.yaml',
      `network: {renderer: NetworkManager, ethernets: {${nic}}}`,
    ],
    [
      'netplan with another NIC',
      false,
      'netplan',
      '/etc/netplan/10-lan.yaml',
      `network: {ethernets: {${nic}, eth0: {dhcp4: true}}}`,
    ],
    [
      'netplan with a VLAN on it',
      false,
      'netplan',
      '/etc/netplan/10-lan.yaml',
      `network: {ethernets: {${nic}}, vlans: {v: {id: 7, link: eth1}}}`,
    ],
    ['the main file of ifupdown', false, 'ifupdown', '/etc/network/interfaces', 'iface eth1 inet dhcp\n'],
  ])('%s may go: %s', async (_, whole, stack, path, text) => {
    expect(await filesOfOne(stack, { [path]: text })).toEqual({ [path]: whole });
  });

  it.each<[boolean, string]>([
    [
      true,
      '# mine\nauto eth1 eth1:0\nallow-hotplug eth1\niface eth1 inet dhcp\n  up true\niface eth1:0 inet manual\n',
    ],
    [false, 'auto eth1 eth2\niface eth1 inet dhcp\n'],
    [false, 'iface eth1 inet dhcp\niface eth1.7 inet dhcp\n'],
    [false, 'iface eth1 inet manual\n  bond-master bond0\n'],
    [false, 'iface eth1 inet dhcp\nsource more/*\n'],
    [false, 'auto eth1 \\\n eth2\niface eth1 inet dhcp\n'],
  ])('an included file of ifupdown may go: %s, %j', async (whole, text) => {
    const path = '/etc/network/interfaces.d/lan';
    expect(await filesOfOne('ifupdown', { ...includes, [path]: text })).toEqual({ [path]: whole });
  });

  it('takes all of its files, and one that holds more is in the way', async () => {
    const lan = '/etc/netplan/10-lan.yaml';
    const bond = '/etc/netplan/20-bond.yaml';
    const tree = {
      [lan]: `network: {ethernets: {${nic}}}`,
      [bond]: 'network: {bonds: {bond0: {interfaces: [eth1]}}}',
    };
    expect(await filesOfOne('netplan', tree)).toEqual({ [lan]: true, [bond]: false });
    const found = await findClaims({ files: filesOf(tree) }, stackOf('netplan'), [link(1)], {
      files: new Map(),
    });
    const claim = found.ok ? found.value.get(macOf(1)) : undefined;
    expect(claim && adoptionObstacle(claim)).toContain(`${bond} configures more than this NIC`);
  });

  it('never removes a link to a file somewhere else', async () => {
    const path = `${scripts}/ifcfg-eth1`;
    const plain = filesOf({ [path]: own });
    const files = { ...plain, linkTarget: () => Promise.resolve(ok('/srv/ifcfg-eth1')) };
    const found = await findClaims({ files }, stackOf('network-scripts'), [link(1)], { files: new Map() });
    expect(found.ok && found.value.get(macOf(1))?.files).toEqual([{ path, whole: false }]);
  });
});

describe('a container network plug-in', () => {
  it.each(['terway', 'cilium-cni', 'aws-cni'])('%s takes every NIC with a device', async (type) => {
    const tree = { '/etc/cni/net.d/10-x.conflist': `{"plugins":[{"type": "${type}"}]}` };
    const where = `cni /etc/cni/net.d/10-x.conflist (${type})`;
    const veth = link(3, { kind: 'veth', hasDevice: false });
    expect(await claims('networkd', tree, [], [link(1), link(2), veth])).toEqual({ 1: where, 2: where });
  });

  it('is told from plug-ins that only make bridges', async () => {
    const tree = { '/etc/cni/net.d/10-x.conflist': '{"plugins":[{"type":"bridge"},{"type":"portmap"}]}' };
    expect(await claims('networkd', tree)).toEqual({});
  });

  it('is heard through NetworkManager', async () => {
    const path = '/usr/lib/NetworkManager/conf.d/eni.conf';
    const tree = { [path]: '[keyfile]\nunmanaged-devices=interface-name:eth*,except:interface-name:eth0\n' };
    expect(await claims('networkmanager', tree)).toEqual({ 1: `cni ${path}`, 2: `cni ${path}` });
  });

  it('reads device lists as NetworkManager does', () => {
    const one = { name: 'eth1', mac: macOf(1) };
    expect(isUnmanaged(['mac:00:16:3E:00:00:01'], one)).toBe(true);
    expect(isUnmanaged(['00:16:3e:00:00:01'], one)).toBe(true);
    expect(isUnmanaged(['interface-name:=eth1'], one)).toBe(true);
    expect(isUnmanaged(['interface-name:=eth*'], one)).toBe(false);
    expect(isUnmanaged(['interface-name:~eth?'], one)).toBe(true);
    expect(isUnmanaged(['interface-name:eth[12]'], one)).toBe(false);
    expect(isUnmanaged(['*'], one)).toBe(true);
    expect(isUnmanaged(['eth1'], one)).toBe(true);
    expect(isUnmanaged(['eth*'], one)).toBe(false);
    expect(isUnmanaged(['interface-name:eth*', 'except:mac:00:16:3e:00:00:01'], one)).toBe(false);
    expect(isUnmanaged(['type:wifi', 'except:interface-name:eth0'], one)).toBe(false);
  });
});

describe('findContainer', () => {
  const found = (tree: Tree, answers: Answers = {}) =>
    findContainer({ files: filesOf(tree), exec: execOf(answers) });

  it.each(['/run/.containerenv', '/run/systemd/container'])('knows %s', async (path) => {
    expect(await found({ [path]: '' })).toMatchObject({ container: true, evidence: [{ what: path }] });
  });

  it('tells a Docker container from a machine made of its image', async () => {
    const mounts = {
      '/proc/self/mountinfo': '401 380 8:1 /c/hostname /etc/hostname rw - ext4 /dev/vda1 rw\n',
    };
    expect((await found({ '/.dockerenv': '', ...mounts })).container).toBe(true);
    expect(
      (await found({ '/.dockerenv': '', '/proc/self/mountinfo': '22 1 8:1 / / rw - ext4 /dev/vda1 rw\n' }))
        .container,
    ).toBe(false);
  });

  it('reads the environment of PID 1', async () => {
    expect((await found({ '/proc/1/environ': 'HOME=/\0container=lxc\0' })).container).toBe(true);
    expect((await found({ '/proc/1/environ': 'HOME=/\0mycontainer=1\0' })).container).toBe(false);
    expect((await found({})).container).toBe(false);
  });

  it('asks systemd where that may not be read', async () => {
    const tree = { '/proc/1/environ': { unreadable: true } } as const;
    expect((await found(tree, { 'systemd-detect-virt --container': 'docker\n' })).container).toBe(true);
    expect((await found(tree, { 'systemd-detect-virt --container': 'none\n' })).container).toBe(false);
    expect(await found(tree)).toMatchObject({
      container: false,
      evidence: [{ means: 'could not be asked' }],
    });
  });
});
