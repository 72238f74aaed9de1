import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Config } from '../model/config.ts';
import { fail, ok, type Problem, type Result } from '../model/problem.ts';
import { defaultConfig } from './defaults.ts';
import { loadConfig } from './load.ts';

const path = '/etc/enid/config.yaml';

const file = (text: Result<string | null>) => ({
  readText: () => Promise.resolve(text),
  owners: () => Promise.resolve(ok([])),
});

async function load(text: string | null): Promise<Config> {
  const result = await loadConfig(file(ok(text)), path);
  if (!result.ok)
    throw new Error(`${result.problem.place}: ${result.problem.message}; ${result.problem.advice}`);
  return result.value;
}

async function refusal(text: string): Promise<Problem> {
  const result = await loadConfig(file(ok(text)), path);
  if (result.ok) throw new Error(`taken: ${JSON.stringify(result.value)}`);
  return result.problem;
}

const everyKey = `
provider: alibaba
stack: networkd
format: networkd
metadata:
  endpoint: http://100.100.100.200/
  file: /var/tmp/saved.json
  timeout: 500ms
  poll: 2m
  token: always
  agreeing_reads: 3
interfaces:
  exclude: [eth9, "veth*", "eth[1-3]", "ens[!5]", 00-16-3E-12-16-02, eni-bp1example]
  include: [veth0]
  manage_primary: true
  vlans:
    - parent: eth0
      id: 100
      mac: fa:16:3e:00:00:01
      addresses: [10.1.0.5/24, 2001:DB8::5/64]
      gateway: 10.1.0.1
    - { parent: eth1, id: 4094, mac: fa163e000002 }
  addresses:
    00:16:3E:12:16:02: [10.0.0.30/32]
addressing: static
default_route: metric
policy_routing: false
forwarding: { mode: follow-main, mask: 0x7f0000 }
table_base: 256
dns: true
sysctl: no
activation: service
rollback:
  timeout: 90s
  probe: [gateway]
conflict: adopt
metrics:
  textfile: /var/lib/node_exporter/enid.prom
`;

const everyValue = {
  provider: 'alibaba',
  stack: 'networkd',
  format: 'networkd',
  metadata: {
    endpoint: 'http://100.100.100.200',
    file: '/var/tmp/saved.json',
    timeout: 500,
    poll: 120_000,
    token: 'always',
    agreeingReads: 3,
  },
  interfaces: {
    exclude: ['eth9', 'veth*', 'eth[1-3]', 'ens[!5]', '00:16:3e:12:16:02', 'eni-bp1example'],
    include: ['veth0'],
    managePrimary: true,
    vlans: [
      {
        parent: 'eth0',
        id: 100,
        mac: 'fa:16:3e:00:00:01',
        addresses: [
          { address: '10.1.0.5', length: 24 },
          { address: '2001:db8::5', length: 64 },
        ],
        gateway: '10.1.0.1',
      },
      { parent: 'eth1', id: 4094, mac: 'fa:16:3e:00:00:02', addresses: [], gateway: null },
    ],
    addresses: new Map([['00:16:3e:12:16:02', [{ address: '10.0.0.30', length: 32 }]]]),
  },
  addressing: 'static',
  defaultRoute: 'metric',
  policyRouting: false,
  forwarding: { mode: 'follow-main', mask: 0x7f0000 },
  tableBase: 256,
  dns: true,
  sysctl: 'no',
  activation: 'service',
  rollback: { timeout: 90_000, probe: ['gateway'] },
  conflict: 'adopt',
  metrics: { textfile: '/var/lib/node_exporter/enid.prom' },
};

describe('a configuration file', () => {
  it.each([
    ['no file', null],
    ['an empty file', ''],
    ['blanks', ' \n\n'],
    ['comments only', '# nothing here\n'],
    ['a byte order mark only', '\ufeff'],
    ['an empty document', '---\n'],
    ['empty sections and keys', 'metadata:\ninterfaces:\n  vlans:\n  exclude:\nstack: null\n'],
  ])('gives the defaults for %s', async (_, text) => {
    expect(await load(text)).toEqual(defaultConfig);
  });

  it('takes every key', async () => {
    expect(await load(everyKey)).toEqual(everyValue);
  });

  it('takes CRLF line ends and a byte order mark', async () => {
    expect(await load(`\ufeff${everyKey.replace(/\n/g, '\r\n')}`)).toEqual(everyValue);
  });

  it('takes an IPv6 literal as the endpoint', async () => {
    const config = await load('metadata: {endpoint: "http://[FD00:100::0:100:200]:80/"}');

    expect(config.metadata.endpoint).toBe('http://[fd00:100::100:200]');
  });

  it('takes false for no', async () => {
    const config = await load('default_route: false\nsysctl: false\n');

    expect([config.defaultRoute, config.sysctl]).toEqual(['no', 'no']);
  });

  it.each([
    ['forwarding: symmetric', { mode: 'symmetric', mask: 0x7f }],
    ['forwarding: follow-main', { mode: 'follow-main', mask: 0x7f }],
    ['forwarding: {mode: symmetric, mask: "0xFF0000"}', { mode: 'symmetric', mask: 0xff0000 }],
    ['forwarding: {mask: 1}', { mode: 'follow-main', mask: 1 }],
    ['forwarding:', { mode: 'follow-main', mask: 0x7f }],
  ])('reads %s', async (text, expected) => {
    expect((await load(text)).forwarding).toEqual(expected);
  });

  it('tells a file that cannot be read from a missing one', async () => {
    const result = await loadConfig(file(fail('file-unreadable', path, 'EACCES')), path);

    expect(result).toMatchObject({ ok: false, problem: { code: 'config-unreadable', place: path } });
  });
});

describe('faults of VLANs together', () => {
  it('are reported beside every other fault, also of the same entry', async () => {
    const problem = await refusal(`stack: odd
interfaces:
  vlans:
    - {parent: eth1, id: 5, mac: "fa:16:3e:00:00:01", addresses: [nonsense]}
    - {parent: eth1, id: 5, mac: "fa:16:3e:00:00:01", mtu: 9}
    - {parent: eth2, id: 9999, mac: "fa:16:3e:00:00:01", addresses: [10.0.9.7/24], gateway: "fe80::1"}
    - 7
`);
    const messages = [problem, ...(problem.also ?? [])].map(({ message }) => message);
    for (const part of [
      'stack cannot be',
      'vlans[0].addresses',
      'unknown key interfaces.vlans[1].mtu',
      'vlans[1].mac cannot be',
      'vlans[1].id cannot be',
      'vlans[2].id cannot be',
      'vlans[2].mac cannot be',
      'vlans[2].gateway cannot be',
      'vlans[3] cannot be',
    ]) {
      expect(messages.join('\n')).toContain(part);
    }
  });
});

describe('a fault', () => {
  it.each([
    ['unknown key', '\nmetdata: {}', 2, 'metdata', 'did you mean metadata?'],
    [
      'unknown nested key',
      'metadata:\n  timeout: 3s\n  pol: 60s',
      3,
      'metadata.pol',
      'did you mean metadata.poll?',
    ],
    ['unknown key without a likeness', 'colour: red', 1, 'colour', 'known here: provider, stack'],
    [
      'unknown key in a list',
      'interfaces:\n  vlans:\n    - id: 1\n      mac: fa:16:3e:00:00:01\n      parent: eth0\n      mtu: 9',
      6,
      'vlans[0].mtu',
      'known here',
    ],
    ['unknown empty key', 'metadata:\n  timeou:', 2, 'metadata.timeou', 'metadata.timeout'],
    ['prototype key', '__proto__: {}', 1, '__proto__', 'known here'],
    ['number for a duration', 'metadata:\n  timeout: 3', 2, 'metadata.timeout cannot be 3', '100ms to 60s'],
    ['poll too short', 'metadata: {\n  poll: 1s }', 2, 'metadata.poll', '5s to 1h'],
    ['poll too long', 'metadata: { poll: 61m }', 1, 'metadata.poll', '5s to 1h'],
    ['unknown word', 'stack: systemd', 1, 'stack cannot be "systemd"', 'networkd'],
    ['word for a flag', 'dns: yes', 1, 'dns cannot be "yes"', 'true or false'],
    ['true for no', 'default_route: true', 1, 'default_route', 'no, metric'],
    [
      'unknown forwarding',
      'dns: true\nforwarding: both',
      2,
      'forwarding cannot be "both"',
      'one of follow-main, symmetric, or a mapping with the keys mode and mask',
    ],
    ['list for forwarding', 'forwarding: [symmetric]', 1, 'forwarding cannot be a list', 'follow-main'],
    [
      'unknown key of forwarding',
      'forwarding:\n  mode: symmetric\n  msk: 1',
      3,
      'forwarding.msk',
      'mode and mask',
    ],
    [
      'no mode of forwarding',
      'forwarding:\n  mode: x',
      2,
      'forwarding.mode cannot be "x"',
      'follow-main, symmetric',
    ],
    ['empty mask', 'forwarding:\n  mask: 0', 2, 'forwarding.mask cannot be 0', '0x1 to 0xffffffff'],
    ['wide mask', 'forwarding:\n  mask: "0x100000000"', 2, 'forwarding.mask', '0x1 to 0xffffffff'],
    [
      'marks without policy routing',
      'policy_routing: false\nforwarding: symmetric',
      2,
      'forwarding symmetric needs policy routing',
      'policy_routing: true',
    ],
    ['table band over default', 'table_base: 255', 1, 'table_base', '256 to 31766'],
    ['table band behind main', 'table_base: 31767', 1, 'table_base', '256 to 31766'],
    ['fraction', 'metadata: {agreeing_reads: 1.5}', 1, 'agreeing_reads', '1 to 10'],
    ['scalar for a list', 'interfaces:\n  exclude: eth1', 2, 'interfaces.exclude', 'a list'],
    [
      'number in a list',
      'interfaces:\n  exclude:\n    - eth1\n    - 5',
      4,
      'interfaces.exclude[1]',
      'interface name',
    ],
    ['control character', 'interfaces: {exclude: ["eth1\\nx"]}', 1, 'exclude[0] cannot be "eth1\\nx"', ''],
    ['bad MAC key', 'interfaces:\n  addresses:\n    eth1: [10.0.0.1/24]', 3, 'addresses.eth1', 'MAC'],
    [
      'same MAC twice',
      'interfaces:\n  addresses:\n    fa:16:3e:00:00:01: []\n    FA-16-3E-00-00-01: []',
      4,
      'FA-16-3E-00-00-01',
      'once',
    ],
    [
      'address without length',
      'interfaces:\n  addresses:\n    fa:16:3e:00:00:01: [10.0.0.1]',
      3,
      '[0]',
      'prefix length',
    ],
    [
      'length too great',
      'interfaces: {addresses: {"fa:16:3e:00:00:01": [10.0.0.1/33]}}',
      1,
      '[0]',
      'prefix length',
    ],
    [
      'VLAN without MAC',
      'interfaces:\n  vlans:\n    - parent: eth0\n      id: 5',
      3,
      'vlans[0].mac is missing',
      'MAC',
    ],
    [
      'VLAN id',
      'interfaces: {vlans: [{parent: eth0, mac: "fa:16:3e:00:00:01", id: 4095}]}',
      1,
      'vlans[0].id',
      '4094',
    ],
    [
      'two VLANs with one MAC',
      'interfaces:\n  vlans:\n    - {parent: eth1, id: 5, mac: "fa:16:3e:00:00:01"}\n    - {parent: eth1, id: 6, mac: "fa-16-3e-00-00-01"}',
      4,
      'interfaces.vlans[1].mac',
      'of its own',
    ],
    [
      'two VLANs with one id on one parent',
      'interfaces:\n  vlans:\n    - {parent: eth1, id: 5, mac: "fa:16:3e:00:00:01"}\n    - {parent: eth1, id: 5, mac: "fa:16:3e:00:00:02"}',
      4,
      'interfaces.vlans[1].id',
      'every id once',
    ],
    [
      'a VLAN on itself',
      'interfaces:\n  vlans:\n    - {parent: "fa:16:3e:00:00:01", id: 5, mac: "fa:16:3e:00:00:01"}',
      3,
      'interfaces.vlans[0].parent',
      'another NIC',
    ],
    [
      'a gateway that no address reaches',
      'interfaces:\n  vlans:\n    - {parent: eth1, id: 5, mac: "fa:16:3e:00:00:01", addresses: [10.0.9.7/24], gateway: "fe80::1"}',
      3,
      'interfaces.vlans[0].gateway',
      'family of one of its addresses',
    ],
    [
      'an IPv6 gateway beside DHCP',
      'interfaces:\n  vlans:\n    - {parent: eth1, id: 5, mac: "fa:16:3e:00:00:01", gateway: "fe80::1"}',
      3,
      'interfaces.vlans[0].gateway',
      'IPv4 where it has none',
    ],
    [
      'a mapping for VLANs',
      'interfaces: {vlans: {parent: eth0}}',
      1,
      'interfaces.vlans cannot be a mapping',
      'a list',
    ],
    [
      'HTTPS endpoint',
      'metadata: {endpoint: "https://100.100.100.200"}',
      1,
      'metadata.endpoint',
      'http only',
    ],
    [
      'endpoint with path',
      'metadata: {endpoint: "http://100.100.100.200/latest"}',
      1,
      'metadata.endpoint',
      'no path',
    ],
    [
      'endpoint with user',
      'metadata: {endpoint: "http://me@100.100.100.200"}',
      1,
      'metadata.endpoint',
      'no path',
    ],
    ['relative path', 'metrics:\n  textfile: enid.prom', 2, 'metrics.textfile', 'absolute'],
    ['unknown probe', 'rollback: {probe: [dns]}', 1, 'rollback.probe[0]', 'gateway, metadata'],
    ['scalar section', 'metadata: 5', 1, 'metadata cannot be 5', 'timeout'],
    ['list at the top', '- provider', 1, 'the file cannot be a list', 'provider'],
    ['text at the top', 'hello', 1, 'the file', 'provider'],
    ['file without a file', '\nprovider: file', 2, 'metadata.file', 'enid metadata --json'],
    ['provider id', 'provider: "../x"', 1, 'provider', 'alibaba'],
  ])('is found with its line: %s', async (_, text, line, message, advice) => {
    const problem = await refusal(text);

    expect(problem.code).toBe('config-invalid');
    expect(problem.place).toMatch(new RegExp(`^${path}:${line}:\\d+$`));
    expect(problem.message).toContain(message);
    expect(problem.advice).toContain(advice);
  });

  it.each([
    ['broken YAML', 'stack: [netplan', 'not valid YAML'],
    ['tab', 'metadata:\n\ttimeout: 3s', 'not valid YAML'],
    ['same key twice', 'dns: true\ndns: false', 'unique'],
    ['two documents', 'dns: true\n---\ndns: false', 'not valid YAML'],
    ['unknown tag', 'stack: !secret x', 'not valid YAML'],
    ['anchor', 'metadata: &m {poll: 60s}', 'not supported'],
    ['alias', 'interfaces: {exclude: [*a]}', 'lias'],
    ['alias bomb', `a: &a [x,x]\nb: &b [${'*a,'.repeat(9)}]\nc: [${'*b,'.repeat(9)}]`, 'not supported'],
    ['endless nesting', '['.repeat(60_000), ''],
    ['giant', `# ${'x'.repeat(70_000)}`, 'longer'],
    ['binary', 'stack: \u0000', ''],
  ])('of YAML itself is refused: %s', async (_, text, message) => {
    const problem = await refusal(text);

    expect(problem.code).toBe('config-invalid');
    expect(problem.place.startsWith(path)).toBe(true);
    expect(problem.message).toContain(message);
    expect(problem.message).not.toMatch(/[\n\r]/);
  });

  it('is one of all that are reported, each at its line and column', async () => {
    const text =
      'dns: maybe\nstack: x\ninterfaces:\n  exclude: [eth0, "eth[1", "00:16:*"]\n  addresses: {eth1: [], eth2: []}\nunknown: 1\nprovider: file\n';
    const { also = [], ...first } = await refusal(text);

    expect([first, ...also].map(({ code, place, message }) => `${code} ${place} ${message}`)).toEqual([
      `config-invalid ${path}:1:1 dns cannot be "maybe"`,
      `config-invalid ${path}:2:1 stack cannot be "x"`,
      `config-invalid ${path}:4:19 interfaces.exclude[1] cannot be "eth[1"`,
      `config-invalid ${path}:4:28 interfaces.exclude[2] cannot be "00:16:*"`,
      `config-invalid ${path}:5:15 interfaces.addresses.eth1 cannot be a list`,
      `config-invalid ${path}:5:25 interfaces.addresses.eth2 cannot be a list`,
      `config-invalid ${path}:6:1 unknown key unknown`,
      `config-invalid ${path}:7:1 provider file needs metadata.file`,
    ]);
  });

  it('of the syntax is one of all that are reported', async () => {
    const { also = [], ...first } = await refusal('dns: &a true\nstack: *a\nformat: *b\n');

    const places = [first, ...also].map(({ place }) => place);
    expect(places).toEqual([`${path}:1:9`, `${path}:2:8`, `${path}:3:9`]);
  });

  it.each([
    ['metadata: {timeout: 61s}', ['500ms', '3s', '30s']],
    ['metadata: {poll: 1s}', ['30s', '2m', '30m']],
    ['rollback: {timeout: 1s}', ['30s', '2m']],
  ])('of a duration gives examples that are allowed: %s', async (text, examples) => {
    const { advice } = await refusal(text);

    expect(advice).toMatch(new RegExp(`such as ${examples.join(' or ')}$`));
    for (const example of examples) await load(text.replace(/\d+s/, example));
  });

  it.each(['eth[1', 'eth1]', 'eth[9-0]', '00:16:3e:*', '00:16:3e'])(
    'of a pattern says what is allowed: %s',
    async (pattern) => {
      for (const key of ['exclude', 'include']) {
        const { place, advice } = await refusal(`interfaces:\n  ${key}: ["${pattern}"]`);
        expect(place).toMatch(new RegExp(`^${path}:2:\\d+$`));
        expect(advice).toContain('wildcards *, ?, [12], [1-3] and [!0]');
      }
    },
  );

  it('of the provider names the line and the providers', async () => {
    expect(await refusal('\nprovider: aws\n')).toMatchObject({
      place: `${path}:2:1`,
      message: 'provider cannot be "aws"',
      advice: 'allowed: one of auto, alibaba, huawei, kakaocloud, openstack, file',
    });
  });
});

describe('any text', () => {
  it('is either a configuration or a fault with a place, never a crash', async () => {
    const piece = fc.constantFrom(
      'metadata',
      'poll',
      ': ',
      '\n',
      '  ',
      '- ',
      '[',
      ']',
      '{',
      '}',
      '5s',
      '&a',
      '*a',
      '|',
      '"',
      '#',
      '!!map',
      '\t',
      '?',
      '%',
      '...',
      '---',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 30 }), async (pieces) => {
        const result = await loadConfig(file(ok(pieces.join(''))), path);

        expect(result.ok || result.problem.place.startsWith(path)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
