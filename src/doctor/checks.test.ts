import { describe, expect, test } from 'vitest';
import { fail, ok } from '../model/problem.ts';
import { emptyState } from '../model/state.ts';
import { address, linkLines, macOf, prefix } from '../verify/testing.ts';
import { checks, diagnose } from './checks.ts';
import type { DiagnosisState } from './diagnosis.ts';
import {
  connection,
  debian,
  healthy4,
  instanceOf,
  nic,
  nothingKnown,
  reply,
  type Scene,
  sceneOf,
  status,
} from './testing.ts';

interface Case {
  readonly check: string;
  readonly when: string;
  readonly scene: Scene;
  readonly state: DiagnosisState;
  readonly subject: string;
  readonly found: RegExp | string;
  readonly advice?: RegExp;
}

const without = (text: string, pattern: RegExp): string =>
  text
    .split('\n')
    .filter((line) => !pattern.test(line))
    .join('\n');
const bridge =
  '9: br0: <BROADCAST,UP,LOWER_UP> mtu 1500 \\    link/ether 02:00:00:00:00:09 brd ff:ff:ff:ff:ff:ff \\    bridge ';
const shared = instanceOf(
  nic(0),
  nic(1, { subnet: prefix('10.0.0.0/24'), addresses: [address('10.0.0.20')] }),
);
const unmetered = {
  dhcp: true,
  addresses: [address('2001:db8::20')],
  prefixLength: 64,
  subnet: null,
  gateway: null,
  prefixes: [],
};
const kakao = (count: number) => ({
  ...instanceOf(...Array.from({ length: count }, (_, number) => nic(number))),
  cloud: 'kakaocloud',
});
const notAsked = fail('metadata-not-found', 'instance type', 'file is not asked for it');
const difference = (text: string) => ({ kind: 'route-missing' as const, mac: macOf(1), text, mend: [] });
const claimed = new Map([[macOf(1), { by: 'person' as const, where: '/etc/netplan/60-mine.yaml' }]]);

const cases: readonly Case[] = [
  {
    ...{ check: 'container', when: 'in a container', state: 'problem', subject: 'machine' },
    scene: { found: { container: '/run/.containerenv' } },
    found: 'is a container (/run/.containerenv)',
  },
  {
    ...{ check: 'ip-command', when: 'iproute2 is missing', state: 'problem', subject: 'ip' },
    scene: { found: { ip: fail('command-missing', 'ip -V', 'not found') } },
    ...{ found: 'is not installed', advice: /install iproute2/ },
  },
  {
    ...{ check: 'ip-command', when: 'it is BusyBox', state: 'problem', subject: 'ip' },
    scene: { found: { ip: ok({ version: 'BusyBox v1.36.1', isIproute2: false, hasRules: true }) } },
    found: /BusyBox v1/,
  },
  {
    ...{ check: 'ip-command', when: 'the kernel has no rules', state: 'problem', subject: 'ip' },
    scene: { found: { ip: ok({ version: 'iproute2', isIproute2: true, hasRules: false }) } },
    ...{ found: /without policy routing/, advice: /CONFIG_IP_MULTIPLE_TABLES/ },
  },
  {
    ...{ check: 'kernel', when: 'it cannot be read', state: 'problem', subject: 'machine' },
    scene: { found: { kernel: fail('kernel-unreadable', 'ip rule show', 'strange line') } },
    found: 'ip rule show: strange line',
  },
  {
    ...{
      check: 'metadata',
      when: 'out of reach',
      state: 'problem',
      subject: 'http://100.100.100.200/latest',
    },
    scene: { found: { metadata: fail('metadata-timeout', 'http://100.100.100.200/latest', 'no answer') } },
    ...{ found: /no answer; enid goes by what it read last/, advice: /ip route get 100\.100\.100\.200/ },
  },
  {
    ...{ check: 'primary', when: 'no link has its MAC', state: 'problem', subject: macOf(0) },
    scene: { links: linkLines(2).replace(macOf(0), '02:00:00:00:00:01') },
    found: 'no link has the MAC of the primary',
  },
  {
    ...{ check: 'stack', when: 'none is in charge', state: 'warning', subject: 'machine' },
    scene: { found: { stack: ok({ ...debian, id: 'none', format: 'none' }) } },
    ...{ found: /no network service/, advice: /enid detect/ },
  },
  {
    ...{ check: 'stack', when: 'it is to be none', state: 'ok', subject: 'machine' },
    scene: { config: { stack: 'none' }, found: { stack: ok({ ...debian, id: 'none', format: 'none' }) } },
    found: 'none, none',
  },
  {
    ...{ check: 'missing', when: 'the type cannot hot-plug', state: 'problem', subject: 'eni-2' },
    scene: { instance: instanceOf(nic(0), nic(1), nic(2)), found: { instanceType: ok('ecs.t5-lc2m1.nano') } },
    ...{
      found: /no link has its MAC/,
      advice: /ecs\.t5-lc2m1\.nano cannot hot-plug NICs: stop the instance/,
    },
  },
  {
    ...{ check: 'missing', when: 'a driver is missing', state: 'problem', subject: 'eni-2' },
    scene: {
      instance: instanceOf(nic(0), nic(1), nic(2)),
      found: { driverless: ok(['0000:00:06.0 (0x1af4 0x1000) has none']) },
    },
    ...{ found: /no link has its MAC/, advice: /0000:00:06\.0.*modprobe virtio_net/ },
  },
  {
    ...{ check: 'missing', when: 'it runs since before 2018-04-01', state: 'problem', subject: 'eni-2' },
    scene: { instance: instanceOf(nic(0), nic(1), nic(2)), found: { bootedAt: ok(1_522_511_999) } },
    ...{ found: /no link has its MAC/, advice: /April 2018/ },
  },
  {
    ...{ check: 'missing', when: 'nobody knows why', state: 'problem', subject: 'eni-2' },
    scene: { instance: instanceOf(nic(0), nic(1), nic(2)), found: { instanceType: notAsked } },
    ...{ found: /no link has its MAC/, advice: /pci\/rescan.*some instance types cannot hot-plug/ },
  },
  {
    ...{ check: 'unlisted', when: 'the kernel has one more', state: 'warning', subject: 'eth2' },
    scene: { links: linkLines(3) },
    found: /the metadata does not list it/,
  },
  {
    ...{ check: 'hot-plug', when: 'the type cannot', state: 'warning', subject: 'machine' },
    scene: { found: { instanceType: ok('ecs.s6-c1m1.small') } },
    ...{ found: 'ecs.s6-c1m1.small cannot hot-plug NICs', advice: /stop the instance before/ },
  },
  {
    ...{ check: 'hot-plug', when: 'it runs since before 2018-04-01', state: 'warning', subject: 'machine' },
    scene: { found: { bootedAt: ok(1_500_000_000) } },
    found: /April 2018/,
  },
  {
    ...{ check: 'hot-plug', when: 'the type is not known', state: 'unknown', subject: 'machine' },
    scene: { found: { instanceType: notAsked } },
    found: /is not asked for it/,
  },
  {
    ...{ check: 'nic-count', when: 'more than the family allows', state: 'problem', subject: 'machine' },
    scene: { instance: kakao(4), links: linkLines(4), found: { instanceType: ok('m2a.large') } },
    ...{ found: '4 NICs, and m2a.large allows 3', advice: /detach 1/ },
  },
  {
    ...{ check: 'nic-count', when: 'as many as it allows', state: 'ok', subject: 'machine' },
    scene: { instance: kakao(3), links: linkLines(3), found: { instanceType: ok('m2a.large') } },
    found: '3 of 3',
  },
  {
    ...{ check: 'nic-count', when: 'the limit is in no table', state: 'unknown', subject: 'machine' },
    scene: { instance: kakao(3), links: linkLines(3), found: { instanceType: ok('x9z.large') } },
    found: /how many x9z\.large allows is not known/,
  },
  {
    ...{ check: 'nic-count', when: 'Alibaba has no table here', state: 'unknown', subject: 'machine' },
    ...{ scene: {}, found: /ecs\.g7\.large/, advice: /InstanceTypes\.1 ecs\.g7\.large/ },
  },
  {
    ...{ check: 'nic-count', when: 'the type is not known', state: 'unknown', subject: 'machine' },
    scene: { found: { instanceType: notAsked } },
    found: /is not asked for it/,
  },
  {
    ...{ check: 'owner', when: 'a person configures it', state: 'warning', subject: 'eth1' },
    scene: { claims: claimed },
    ...{ found: /60-mine\.yaml configures it/, advice: /conflict: adopt/ },
  },
  {
    ...{ check: 'owner', when: 'a plug-in has it', state: 'ok', subject: 'eth1' },
    scene: { claims: new Map([[macOf(1), { by: 'cni', where: '/etc/cni/net.d/10-terway.conf (terway)' }]]) },
    found: /left to a container network plug-in: .*terway/,
  },
  {
    ...{ check: 'link', when: 'DOWN', state: 'problem', subject: 'eth1' },
    scene: { links: linkLines(2, ['eth1']) },
    ...{ found: 'is DOWN', advice: /^`enid reconfigure`$/ },
  },
  {
    ...{ check: 'link', when: 'DOWN and a person’s', state: 'problem', subject: 'eth1' },
    scene: { links: linkLines(2, ['eth1']), claims: claimed },
    ...{ found: 'is DOWN', advice: /leaves eth1 alone.*ip link set eth1 up/ },
  },
  {
    ...{ check: 'link', when: 'without carrier', state: 'problem', subject: 'eth1' },
    scene: { links: linkLines(2).replace(/(eth1: <.*),LOWER_UP/, '$1') },
    ...{ found: 'is up without carrier', advice: /bind it again/ },
  },
  {
    ...{ check: 'address', when: 'there is none', state: 'problem', subject: 'eth1' },
    scene: { ipv4: without(healthy4, /10\.0\.1\.20/) },
    found: 'has no address; the metadata lists 10.0.1.20',
  },
  {
    ...{ check: 'address', when: 'it is tentative only', state: 'problem', subject: 'eth1' },
    scene: { ipv4: healthy4.replace('global eth1', 'global tentative eth1') },
    found: /^has no address/,
  },
  {
    ...{ check: 'address', when: 'a further one lacks', state: 'problem', subject: 'eth1' },
    scene: {
      instance: instanceOf(nic(0), nic(1, { addresses: [address('10.0.1.20'), address('10.0.1.21')] })),
    },
    found: 'lacks 10.0.1.21, which the metadata lists',
  },
  {
    ...{ check: 'address', when: 'the primary lacks a further one', state: 'problem', subject: 'eth0' },
    scene: { instance: instanceOf(nic(0, { addresses: [address('10.0.0.10'), address('10.0.0.11')] })) },
    ...{
      found: /^lacks 10\.0\.0\.11/,
      advice: /ip address add 10\.0\.0\.11\/32 dev eth0.*networkctl reload/,
    },
  },
  {
    ...{ check: 'ipv6', when: 'switched off', state: 'problem', subject: 'eth1' },
    scene: {
      instance: instanceOf(nic(0), nic(1, {}, unmetered)),
      sysctls: { 'net/ipv6/conf/eth1/disable_ipv6': '1' },
    },
    ...{ found: /1 IPv6 addresses in the metadata, and IPv6 is off/, advice: /disable_ipv6=0/ },
  },
  {
    ...{ check: 'ipv6', when: 'not in the kernel', state: 'problem', subject: 'eth1' },
    scene: {
      instance: instanceOf(nic(0), nic(1, {}, unmetered)),
      sysctls: { 'net/ipv6/conf/eth1/disable_ipv6': null },
    },
    ...{ found: /IPv6 is off/, advice: /ipv6\.disable=1/ },
  },
  {
    ...{ check: 'default-route', when: 'there is none', state: 'problem', subject: 'IPv4' },
    scene: { ipv4: without(healthy4, /^default/) },
    ...{ found: 'there is no default route', advice: /ip route add default via 10\.0\.0\.253 dev eth0/ },
  },
  {
    ...{ check: 'default-route', when: 'the secondary’s wins', state: 'problem', subject: 'IPv4' },
    scene: { ipv4: `default via 10.0.1.253 dev eth1 metric 50\n${healthy4}` },
    ...{
      found: /eth1 \(metric 50\) wins over eth0 \(metric 100\)/,
      advice: /ip route del default via 10\.0\.1\.253 dev eth1/,
    },
  },
  {
    ...{ check: 'default-route', when: 'the primary’s wins', state: 'warning', subject: 'IPv4' },
    scene: { ipv4: `default via 10.0.1.253 dev eth1 metric 101\n${healthy4}` },
    found: /eth0 \(metric 100\) wins over eth1 \(metric 101\)/,
  },
  {
    ...{ check: 'default-route', when: 'metrics are equal: the first', state: 'problem', subject: 'IPv4' },
    scene: { ipv4: `default via 10.0.1.253 dev eth1 metric 100\n${healthy4}` },
    found: /eth1 \(metric 100\) wins over eth0 \(metric 100\)/,
  },
  {
    ...{ check: 'default-route', when: 'only by a secondary', state: 'problem', subject: 'IPv4' },
    scene: { ipv4: healthy4.replace('default via 10.0.0.253 dev eth0', 'default via 10.0.1.253 dev eth1') },
    ...{
      found: /goes by eth1 .* not by the primary eth0/,
      advice: /by hand `ip route append default via 10\.0\.0\.253 dev eth0`, then `ip route del default/,
    },
  },
  {
    ...{ check: 'default-route', when: 'the worse one was asked for', state: 'ok', subject: 'IPv4' },
    scene: {
      config: { defaultRoute: 'metric' },
      ipv4: `default via 10.0.1.253 dev eth1 metric 21001\n${healthy4}`,
    },
    found: 'by eth0 (metric 100)',
  },
  {
    ...{ check: 'replies', when: 'they leave by the primary', state: 'problem', subject: 'eth1' },
    scene: { found: { ways: ok([reply(1, 'eth0'), reply(1, 'eth1', 'subnet')]) } },
    ...{ found: 'replies from 10.0.1.20 leave by eth0', advice: /^`enid reconfigure`$/ },
  },
  {
    ...{ check: 'replies', when: 'policy routing is switched off', state: 'problem', subject: 'eth1' },
    scene: { config: { policyRouting: false }, found: { ways: ok([reply(1, 'eth0')]) } },
    ...{ found: /leave by eth0/, advice: /policy_routing: true/ },
  },
  {
    ...{ check: 'replies', when: 'they leave by nothing', state: 'problem', subject: 'eth1' },
    scene: { found: { ways: ok([reply(1, null)]) } },
    found: 'replies from 10.0.1.20 leave by no NIC: Network is unreachable',
  },
  {
    ...{ check: 'replies', when: 'it has no address', state: 'unknown', subject: 'eth1' },
    scene: { found: { ways: ok([reply(0, 'eth0')]) } },
    found: /no address/,
  },
  {
    ...{ check: 'primary-replies', when: 'they leave by a secondary', state: 'problem', subject: 'eth0' },
    scene: { found: { ways: ok([reply(0, 'eth0'), reply(0, 'eth1', 'subnet', '10.0.1.1')]) } },
    found: 'replies from 10.0.0.10 leave to 10.0.1.1 by eth1',
  },
  {
    ...{ check: 'services', when: 'metadata by a secondary', state: 'problem', subject: 'machine' },
    scene: { found: { ways: ok([connection('metadata', '100.100.100.200', 'eth1')]) } },
    found: 'metadata 100.100.100.200 is reached by eth1',
  },
  {
    ...{ check: 'services', when: 'DNS by a secondary', state: 'warning', subject: 'machine' },
    scene: { found: { ways: ok([connection('dns', '100.100.2.136', 'eth1')]) } },
    found: /name server 100\.100\.2\.136/,
  },
  {
    ...{ check: 'services', when: 'DNS by a secondary of Huawei', state: 'problem', subject: 'machine' },
    scene: {
      instance: { ...instanceOf(nic(0), nic(1)), cloud: 'huawei' },
      found: { ways: ok([connection('dns', '100.125.1.250', 'eth1')]) },
    },
    found: /name server/,
  },
  {
    ...{ check: 'public-address', when: 'replies go astray', state: 'warning', subject: 'eth1' },
    scene: { found: { ways: ok([reply(1, 'eth0')]) } },
    ...{ found: /if an EIP is bound to it/, advice: /must leave by the NIC that the EIP is bound to/ },
  },
  {
    ...{ check: 'public-address', when: 'the NIC is DOWN', state: 'warning', subject: 'eth1' },
    scene: { links: linkLines(2, ['eth1']) },
    found: /eth1 is DOWN/,
  },
  {
    ...{ check: 'forwarded', when: 'containers have a bridge', state: 'warning', subject: 'machine' },
    scene: { links: `${linkLines(2)}\n${bridge}` },
    ...{
      found: /containers on br0 publish answer by the primary, also on eth1/,
      advice: /`forwarding: symmetric`/,
    },
  },
  {
    ...{ check: 'forwarded', when: 'the mask is not free', state: 'problem', subject: 'machine' },
    scene: {
      config: { forwarding: { mode: 'symmetric', mask: 0x7f } },
      found: {
        plan: ok({
          ...{ kept: [], changes: [], differences: [], strangers: [] },
          problems: [fail('mark-conflict', 'forwarding.mask', 'is not free', 'set 0x3f').problem],
        }),
      },
    },
    ...{ found: 'is not free', advice: /^set 0x3f$/ },
  },
  {
    ...{ check: 'forwarded', when: 'marks are not loaded', state: 'problem', subject: 'machine' },
    scene: {
      config: { forwarding: { mode: 'symmetric', mask: 0x7f } },
      found: {
        plan: ok({
          ...{ kept: [], changes: [], problems: [], strangers: [] },
          differences: [{ kind: 'forwarding', mac: null, text: 'the script is not loaded', mend: [] }],
        }),
      },
    },
    ...{ found: 'the script is not loaded', advice: /enid reconfigure/ },
  },
  {
    ...{ check: 'forwarded', when: 'marks are loaded', state: 'ok', subject: 'machine' },
    scene: {
      links: `${linkLines(2)}\n${bridge}`,
      config: { forwarding: { mode: 'symmetric', mask: 0x7f } },
    },
    found: 'leave by the NIC that they came in by',
  },
  {
    ...{ check: 'overlaps', when: 'a route contains the subnet', state: 'warning', subject: 'machine' },
    scene: { ipv4: `${healthy4}\n10.0.0.0/8 dev br0 proto kernel scope link` },
    ...{ found: /10\.0\.0\.0\/8 by br0 contains 10\.0\.1\.0\/24/, advice: /ip route show/ },
  },
  {
    ...{ check: 'rp-filter', when: 'strict', state: 'problem', subject: 'eth1' },
    scene: { sysctls: { 'net/ipv4/conf/eth1/rp_filter': '1' } },
    ...{ found: /strict \(1\)/, advice: /sysctl -w net\/ipv4\/conf\/eth1\/rp_filter=2/ },
  },
  {
    ...{ check: 'rp-filter', when: 'strict for all', state: 'problem', subject: 'eth1' },
    scene: { sysctls: { 'net/ipv4/conf/eth1/rp_filter': '0', 'net/ipv4/conf/all/rp_filter': '1' } },
    found: /strict \(1\)/,
  },
  {
    ...{ check: 'rp-filter', when: 'strict for all, loose for it', state: 'ok', subject: 'eth1' },
    scene: { sysctls: { 'net/ipv4/conf/all/rp_filter': '1' } },
    found: 'loose (2)',
  },
  {
    ...{ check: 'same-subnet', when: 'each answers for the other', state: 'problem', subject: 'eth0, eth1' },
    scene: {
      instance: shared,
      sysctls: { 'net/ipv4/conf/eth0/arp_ignore': '1', 'net/ipv4/conf/eth0/arp_announce': '2' },
    },
    ...{
      found: /both in 10\.0\.0\.0\/24, and eth1 may answer/,
      advice: /eth1\/arp_ignore=1.*different subnets/,
    },
  },
  {
    ...{ check: 'same-subnet', when: 'each for itself', state: 'ok', subject: 'eth0, eth1' },
    scene: {
      instance: shared,
      sysctls: { 'net/ipv4/conf/all/arp_ignore': '1', 'net/ipv4/conf/all/arp_announce': '2' },
    },
    found: /each answers for its own/,
  },
  {
    ...{ check: 'desired', when: 'routes are missing', state: 'problem', subject: 'eth1' },
    scene: {
      found: {
        plan: ok({
          kept: [],
          changes: [],
          differences: ['a', 'b', 'c'].map(difference),
          problems: [],
          strangers: [],
        }),
      },
    },
    ...{ found: 'a, b, and 1 more', advice: /enid reconfigure/ },
  },
  {
    ...{ check: 'strangers', when: 'somebody added a route', state: 'warning', subject: 'machine' },
    scene: {
      found: {
        plan: ok({
          kept: [],
          changes: [],
          differences: [],
          problems: [],
          strangers: ['route R is not of enid: it is left'],
        }),
      },
    },
    ...{ found: /route R is not of enid/, advice: /ip route del/ },
  },
  {
    ...{ check: 'files', when: 'edited', state: 'problem', subject: '/etc/x' },
    scene: {
      found: {
        plan: ok({
          ...{ changes: [], differences: [], problems: [], strangers: [] },
          kept: [
            {
              ...{ path: '/etc/x', mac: macOf(1) },
              problem: fail(
                'edited',
                '/etc/x',
                'somebody edited this file of ours',
                '`enid reconfigure --force`',
              ).problem,
              change: { path: '/etc/x', action: 'replace', before: null, after: null, mac: macOf(1) },
            },
          ],
        }),
      },
    },
    ...{ found: 'somebody edited this file of ours', advice: /--force/ },
  },
  {
    ...{ check: 'files', when: 'not written yet', state: 'warning', subject: '/etc/x' },
    scene: {
      found: { plan: ok({ kept: [], changes: ['/etc/x'], differences: [], problems: [], strangers: [] }) },
    },
    found: /is not as enid would write it/,
  },
  {
    ...{ check: 'files', when: 'state.json is broken', state: 'unknown', subject: 'machine' },
    scene: { found: { state: fail('state-corrupt', '/var/lib/enid/state.json', 'is not JSON') } },
    found: '/var/lib/enid/state.json: is not JSON',
  },
  {
    ...{ check: 'state', when: 'broken', state: 'problem', subject: '/var/lib/enid/state.json' },
    scene: { found: { state: fail('state-corrupt', '/var/lib/enid/state.json', 'is not JSON') } },
    ...{ found: 'is not JSON', advice: /mv \/var\/lib\/enid\/state\.json .*broken.*enid reconfigure/ },
  },
  {
    ...{ check: 'transaction', when: 'one is left over', state: 'problem', subject: '000042-x' },
    scene: { found: { pending: ok(['000042-x']) } },
    ...{ found: /neither finished nor undone/, advice: /enid reconfigure/ },
  },
  {
    ...{ check: 'transaction', when: 'one is under way', state: 'ok', subject: '000042-x' },
    scene: { found: { pending: ok(['000042-x']), holder: ok('link') } },
    found: 'is being made by link',
  },
  {
    ...{ check: 'last-run', when: 'nothing ran since boot', state: 'warning', subject: 'machine' },
    scene: { found: { status: ok(null) } },
    ...{ found: /not run since boot/, advice: /systemctl start enid/ },
  },
  {
    ...{ check: 'last-run', when: 'contested', state: 'problem', subject: 'eth1' },
    scene: {
      found: {
        status: ok({
          ...status,
          interfaces: [
            {
              ...{
                name: 'eth1',
                mac: macOf(1),
                id: null,
                role: 'secondary',
                state: 'failed',
                reason: 'contested',
              },
              ...{ table: 21001, addresses: [], files: [], differences: [] },
            },
          ],
        }),
      },
    },
    ...{ found: /keeps undoing/, advice: /ip monitor/ },
  },
  {
    ...{ check: 'last-run', when: 'rolled back', state: 'problem', subject: 'machine' },
    scene: {
      found: {
        status: ok({
          ...status,
          lastRun: { at: '', trigger: 'link', detail: '', outcome: 'rolled-back', durationMs: 1 },
          problems: [{ code: 'harm', place: 'eth0', message: 'lost its default route', advice: '' }],
        }),
      },
    },
    found: 'ended rolled-back: eth0: lost its default route',
  },
  {
    ...{ check: 'daemon', when: 'it does not run', state: 'problem', subject: 'enid' },
    scene: { found: { daemon: ok(false) } },
    ...{ found: /does not run/, advice: /systemctl start enid/ },
  },
  {
    ...{ check: 'daemon', when: 'it is not enabled', state: 'warning', subject: 'enid' },
    scene: { found: { atBoot: ok(false) } },
    ...{ found: 'does not start at boot', advice: /systemctl enable enid/ },
  },
  {
    ...{ check: 'cloud-init', when: 'it configures the network', state: 'warning', subject: 'machine' },
    scene: { found: { cloudInit: ok({ installed: true, keptOff: null }) } },
    ...{ found: /eth1 too at the next boot/, advice: /win over it.*99-disable-network-config\.cfg/ },
  },
  {
    ...{ check: 'cloud-init', when: 'it is kept off', state: 'ok', subject: 'machine' },
    scene: { found: { cloudInit: ok({ installed: true, keptOff: '/etc/cloud/cloud.cfg.d/99-x.cfg' }) } },
    found: /99-x\.cfg/,
  },
  {
    ...{ check: 'agents', when: 'one acts', state: 'warning', subject: 'multi-nic-util' },
    scene: { found: { agents: ok([{ id: 'multi-nic-util', acts: ok(true), where: 'eni.service' }]) } },
    ...{ found: /\(eni\.service\)/, advice: /systemctl disable --now eni\.service/ },
  },
  {
    ...{ check: 'agents', when: 'one is switched off', state: 'ok', subject: 'nm-cloud-setup' },
    scene: {
      found: { agents: ok([{ id: 'nm-cloud-setup', acts: ok(false), where: 'nm-cloud-setup.timer' }]) },
    },
    found: /switched off/,
  },
  {
    ...{ check: 'agents', when: 'it cannot be asked', state: 'unknown', subject: 'multi-nic-util' },
    scene: { found: { agents: ok([{ id: 'multi-nic-util', acts: notAsked, where: '/etc/eni_utils' }]) } },
    found: /is installed \(\/etc\/eni_utils\)/,
  },
  {
    ...{ check: 'automatic-profile', when: 'one is in use', state: 'warning', subject: 'eth1' },
    scene: { found: { automatic: ok([{ profile: 'Wired connection 1', device: 'eth1' }]) } },
    ...{ found: /"Wired connection 1"/, advice: /no-auto-default/ },
  },
  {
    ...{ check: 'automatic-profile', when: 'it is the primary’s', state: 'ok', subject: 'machine' },
    scene: { found: { automatic: ok([{ profile: 'Wired connection 1', device: 'eth0' }]) } },
    found: 'none in use',
  },
  {
    ...{
      check: 'name-pins',
      when: 'the MAC is not here',
      state: 'warning',
      subject: '/etc/udev/rules.d/70-persistent-net.rules',
    },
    scene: {
      found: {
        pins: ok([{ path: '/etc/udev/rules.d/70-persistent-net.rules', mac: macOf(7), name: 'eth1' }]),
      },
    },
    ...{ found: /keeps the name eth1 for 00:16:3e:00:00:07, .* another MAC/, advice: /sed -i/ },
  },
  {
    ...{
      check: 'name-pins',
      when: 'another NIC has the name',
      state: 'warning',
      subject: '/etc/udev/rules.d/70-x',
    },
    scene: { found: { pins: ok([{ path: '/etc/udev/rules.d/70-x', mac: macOf(1), name: 'eth5' }]) } },
    found: /calls eth1 eth5 at the next boot/,
  },
  {
    ...{ check: 'name-pins', when: 'it fits', state: 'ok', subject: 'machine' },
    scene: { found: { pins: ok([{ path: '/etc/udev/rules.d/70-x', mac: macOf(1), name: 'eth1' }]) } },
    found: '1 rules',
  },
];

test.each(cases)('$check: $when', ({ check, scene, ...expected }) => {
  const said = diagnose(sceneOf(scene)).filter((one) => one.check === check && one.state === expected.state);
  const one = said.find(({ subject }) => subject === expected.subject);

  expect(said.map(({ subject }) => subject)).toContain(expected.subject);
  if (typeof expected.found === 'string') expect(one?.found).toBe(expected.found);
  else expect(one?.found).toMatch(expected.found);
  if (expected.advice !== undefined) expect(one?.advice).toMatch(expected.advice);
  if (one?.state === 'problem' || one?.state === 'warning') expect(one.advice).not.toBe('');
});

describe.each(checks)('$name', ({ name, judge }) => {
  test('finds nothing wrong where nothing is', () => {
    const states = judge(
      sceneOf({
        found: {
          instance: ok({ ...instanceOf(nic(0), nic(1)), cloud: 'kakaocloud' }),
          instanceType: ok('m2a.large'),
        },
      }),
    );
    expect(states.map(({ state }) => state)).toEqual(states.map(() => 'ok'));
    expect(states.length).toBeGreaterThan(0);
  });

  test('never says ok of what could not be found out', () => {
    const states = judge(nothingKnown).map(({ state }) => state);
    expect(states.length).toBeGreaterThan(0);
    if (name !== 'container') expect(states).not.toContain('ok');
  });

  test('is in the table with something wrong', () => {
    const wrong = cases.filter(
      (one) => one.check === name && (one.state === 'problem' || one.state === 'warning'),
    );
    expect(wrong.length).toBeGreaterThan(0);
  });
});

test('names of checks are told apart', () => {
  const names = checks.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

test('problems come first, then warnings, then what is unknown', () => {
  const found = {
    daemon: ok(false),
    atBoot: ok(false),
    status: fail('file-unreadable', 'x', 'y'),
    state: ok(emptyState),
  };
  const states = diagnose(sceneOf({ found })).map(({ state }) => state);
  expect(states.filter((state, index) => state !== states[index - 1])).toEqual([
    'problem',
    'warning',
    'unknown',
    'ok',
  ]);
});
