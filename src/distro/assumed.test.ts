import { describe, expect, it } from 'vitest';
import type { FormatId, StackId } from '../model/stack.ts';
import { stackIds } from '../model/stack.ts';
import { assumedStack } from './assumed.ts';
import { formatsOf } from './formats.ts';
import { knownSystems, systems } from './systems.ts';
import { compareVersions } from './versions.ts';

/** The vendor's page and, beyond it, design section 6. */
const rows: readonly (readonly [string, StackId, FormatId])[] = [
  ['alinux:2', 'network-scripts', 'ifcfg'],
  ['alinux:2.1903', 'network-scripts', 'ifcfg'],
  ['alinux:3', 'networkmanager', 'ifcfg-nm'],
  ['alinux:4', 'networkmanager', 'keyfile'],
  ['centos:6', 'network-scripts', 'ifcfg'],
  ['centos:6.10', 'network-scripts', 'ifcfg'],
  ['rhel:6', 'network-scripts', 'ifcfg'],
  ['centos:7', 'network-scripts', 'ifcfg'],
  ['rhel:7.9', 'network-scripts', 'ifcfg'],
  ['ol:7', 'network-scripts', 'ifcfg'],
  ['anolis:7', 'network-scripts', 'ifcfg'],
  ['anolis:8.8', 'networkmanager', 'ifcfg-nm'],
  ['anolis:23', 'networkmanager', 'keyfile'],
  ['centos:8', 'networkmanager', 'ifcfg-nm'],
  ['rhel:8.10', 'networkmanager', 'ifcfg-nm'],
  ['rocky:8', 'networkmanager', 'ifcfg-nm'],
  ['rhel:9', 'networkmanager', 'keyfile'],
  ['centos:9', 'networkmanager', 'keyfile'],
  ['rhel:10.0', 'networkmanager', 'keyfile'],
  ['almalinux:10', 'networkmanager', 'keyfile'],
  ['fedora:33', 'networkmanager', 'ifcfg-nm'],
  ['fedora:34', 'networkmanager', 'ifcfg-nm'],
  ['fedora:35', 'networkmanager', 'ifcfg-nm'],
  ['fedora:36', 'networkmanager', 'keyfile'],
  ['fedora:41', 'networkmanager', 'keyfile'],
  ['openEuler:22.03', 'networkmanager', 'ifcfg-nm'],
  ['OPENEULER:24.03', 'networkmanager', 'ifcfg-nm'],
  ['euleros:2.0', 'network-scripts', 'ifcfg'],
  ['hce:2.0', 'networkmanager', 'ifcfg-nm'],
  ['kylin:V10', 'networkmanager', 'ifcfg-nm'],
  ['ubuntu:14.04', 'ifupdown', 'interfaces'],
  ['ubuntu:16.04', 'ifupdown', 'interfaces'],
  ['ubuntu:18.04', 'netplan', 'netplan'],
  ['ubuntu:20.04', 'netplan', 'netplan'],
  ['ubuntu:22.04', 'netplan', 'netplan'],
  ['ubuntu:24.04', 'netplan', 'netplan'],
  ['ubuntu:26.04', 'netplan', 'netplan'],
  ['debian:8', 'ifupdown', 'interfaces'],
  ['debian:9', 'ifupdown', 'interfaces'],
  ['debian:10', 'ifupdown', 'interfaces'],
  ['debian:11', 'ifupdown', 'interfaces'],
  ['debian:12', 'netplan', 'netplan'],
  ['debian:13', 'netplan', 'netplan'],
  ['sles:11.4', 'sysconfig', 'ifcfg-suse'],
  ['sles:12', 'wicked', 'ifcfg-suse'],
  ['sles:15.6', 'wicked', 'ifcfg-suse'],
  ['sles_sap:15', 'wicked', 'ifcfg-suse'],
  ['sles:16.0', 'networkmanager', 'keyfile'],
  ['opensuse:42.3', 'wicked', 'ifcfg-suse'],
  ['opensuse-leap:15.6', 'wicked', 'ifcfg-suse'],
  ['opensuse-leap:16.0', 'networkmanager', 'keyfile'],
  ['opensuse-tumbleweed:20250101', 'networkmanager', 'keyfile'],
  ['amzn:2018.03', 'network-scripts', 'ifcfg'],
  ['amzn:2', 'network-scripts', 'ifcfg'],
  ['amzn:2023', 'networkd', 'networkd'],
  ['TencentOS:3.1', 'networkmanager', 'ifcfg-nm'],
  ['OpenCloudOS:9', 'networkmanager', 'keyfile'],
];

describe('assumedStack', () => {
  it.each(rows)('%s is %s with %s', (os, stack, format) => {
    const found = assumedStack(os);
    if (!found.ok) throw new Error(found.problem.message);
    expect([found.value.stack.id, found.value.stack.format]).toEqual([stack, format]);
    const [id = '', version] = os.split(':');
    expect(found.value.distro).toMatchObject({ id: id.toLowerCase(), version });
  });

  it('takes another stack when one is asked for', () => {
    const found = assumedStack('alinux:2', 'networkd');
    expect(found).toMatchObject({
      ok: true,
      value: { stack: { id: 'networkd', format: 'networkd', versions: { systemd: [219] } } },
    });
    expect(assumedStack('centos:7', 'networkmanager')).toMatchObject({
      ok: true,
      value: { stack: { format: 'ifcfg-nm', networkScripts: true, versions: { networkmanager: [1, 18] } } },
    });
    expect(assumedStack('debian:13', 'ifupdown')).toMatchObject({
      ok: true,
      value: { stack: { dhcpClient: 'dhcpcd', include: 'any-name' } },
    });
  });

  it.each([
    'ubunto:22.04',
    'ubuntu:23.',
    'ubuntu:12.04',
    'ubuntu',
    '',
    ':',
    'ubuntu:22.04:1',
    'rhel:x',
    'rhel:99',
  ])('refuses %j as usage', (os) => {
    const found = assumedStack(os);
    if (os === 'ubuntu:23.') return expect(found.ok).toBe(true);
    return expect(found).toMatchObject({ ok: false, problem: { code: 'usage', place: '--os' } });
  });

  it('names the nearest first', () => {
    const advice = (os: string): string => {
      const found = assumedStack(os);
      return found.ok ? '' : found.problem.advice;
    };
    expect(advice('ubunto:22.04')).toMatch(/^known, nearest first: ubuntu:22\.04 ubuntu:/);
    expect(advice('debian:7')).toMatch(/^known, nearest first: debian:8 debian:9 /);
    expect(advice('x').split(' ')).toHaveLength(3 + 5);
    expect(advice('ubuntu')).toMatch(/^give a version: ubuntu:.*, ubuntu:/);
    expect(advice('ubuntu')).not.toContain('debian');
  });
});

describe('minor releases', () => {
  const manager = (os: string) => {
    const found = assumedStack(os, 'networkmanager');
    return found.ok ? found.value.stack.versions.networkmanager : null;
  };

  it.each([
    ['centos:7.6', [1, 12]],
    ['rhel:7.9', [1, 18]],
    ['centos:7', [1, 18]],
    ['centos:8.0', [1, 14]],
    ['rhel:8.1', [1, 20]],
    ['ol:8.2', [1, 22]],
    ['rocky:8.3', [1, 26]],
    ['almalinux:8.4', [1, 30]],
    ['centos:8.5', [1, 32]],
    ['rhel:8.10', [1, 32]],
    ['centos:8', [1, 32]],
    ['rocky:8', [1, 32]],
  ])('%s has NetworkManager %j', (os, version) => {
    expect(manager(os)).toEqual(version);
  });

  it('begin where the distribution does', () => {
    expect(assumedStack('rocky:8.2').ok).toBe(false);
  });
});

describe('every row', () => {
  it.each(knownSystems.map((system) => system.os))('%s is found by its own example, on every stack', (os) => {
    for (const id of stackIds) {
      const found = assumedStack(os, id);
      if (!found.ok) throw new Error(found.problem.message);
      expect(formatsOf[id]).toContain(found.value.stack.format);
    }
  });

  it('has no example twice and no range that overlaps another of the same id', () => {
    const examples = knownSystems.map((system) => system.os);
    expect(new Set(examples).size).toBe(examples.length);
    const ranges = systems.flatMap((system) =>
      Object.keys(system.names).flatMap((id) => system.versions.map((range) => ({ id, ...range }))),
    );
    for (const [index, one] of ranges.entries()) {
      expect(compareVersions(one.from, one.below)).toBeLessThan(0);
      for (const other of ranges.slice(index + 1)) {
        if (one.id !== other.id) continue;
        const apart =
          compareVersions(one.below, other.from) <= 0 || compareVersions(other.below, one.from) <= 0;
        expect(apart, `${one.id} ${one.from} and ${other.from}`).toBe(true);
      }
    }
  });

  it('writes ids in lower case, as they are compared', () => {
    for (const id of systems.flatMap((system) => Object.keys(system.names)))
      expect(id).toBe(id.toLowerCase());
  });
});
