import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { believe } from '../../src/metadata/believe.ts';
import type { InstanceNetwork } from '../../src/model/instance.ts';
import { reader } from './reading.ts';
import { type Answer, answers, fixtures, type Service, startService, treeOf } from './service.ts';

const root = '/latest/meta-data';
const macs = `${root}/network/interfaces/macs/`;
const nic = `${macs}00:16:3e:12:16:02/`;

/** Without these there is no tree. */
const needed = [`${root}/mac`, macs];
const instance = [
  'instance-id',
  'dns-conf/nameservers',
  'private-ipv4',
  'sub-private-ipv4-list',
  'vswitch-cidr-block',
].map((leaf) => `${root}/${leaf}`);
const scalars = [
  'network-interface-id',
  'primary-ip-address',
  'netmask',
  'gateway',
  'vswitch-cidr-block',
  'ipv6-gateway',
  'vswitch-ipv6-cidr-block',
];
const lists = ['private-ipv4s', 'ipv4-prefixes', 'ipv6s', 'ipv6-prefixes'];
const optional = [...instance, ...[...scalars, ...lists].map((leaf) => `${nic}${leaf}`)];
const leaves = [...needed, ...optional];

let service: Service;
afterEach(() => service.close());

/** The tree of two NICs without `all`, one path of it changed. */
function serviceWith(path: string, answer: Answer | null): Promise<Service> {
  const tree = treeOf(join(fixtures, 'alibaba'));
  tree.delete('/2016-01-01/meta-data/all');
  if (!tree.has(path) && answer === null) tree.delete(path);
  if (answer === null) tree.delete(path);
  else tree.set(path, answer);
  return startService(tree);
}

async function readWith(path: string, answer: Answer | null, timeout = 2_000) {
  service = await serviceWith(path, answer);
  return reader({ endpoint: service.url, timeout }).read();
}

async function whole(): Promise<InstanceNetwork> {
  const read = await readWith('/', null);
  await service.close();
  if (!read.ok) throw new Error(JSON.stringify(read.problem));
  return read.value.instance;
}

/** What is believed after this read on top of the whole tree. */
function believedAfter(before: InstanceNetwork, read: InstanceNetwork): InstanceNetwork {
  const settings = { agreeingReads: 2, pollMs: 60_000 };
  return believe({ believed: before, missing: new Map() }, read, '2025-01-01T00:00:00Z', settings).believed;
}

describe('the tree leaf by leaf', () => {
  it('is read whole', async () => {
    const network = await whole();

    expect(network).toMatchObject({
      cloud: 'alibaba',
      instanceId: 'i-bp1example0000000000',
      primaryMac: '00:16:3e:12:e7:01',
      dns: ['100.100.2.136', '100.100.2.138'],
    });
    expect(network.interfaces[1]).toEqual({
      mac: '00:16:3e:12:16:02',
      name: null,
      id: 'eni-bp1secondary',
      primary: false,
      mtu: null,
      ipv4: {
        dhcp: true,
        addresses: ['10.0.0.20', '10.0.0.21', '10.0.0.22'],
        prefixLength: 24,
        subnet: '10.0.0.0/24',
        gateway: '10.0.0.253',
        prefixes: ['10.0.0.32/28'],
      },
      ipv6: {
        dhcp: false,
        addresses: ['2001:db8:325:a204:1875:217f:184a:e4e', '2001:db8:325:a204:1875:217f:184a:e4f'],
        prefixLength: 64,
        subnet: '2001:db8:325:a204::/64',
        gateway: '2001:db8:325:a204:ffff:ffff:ffff:fff7',
        prefixes: ['2001:db8:325:a204:1::/80'],
      },
      vlan: null,
    });
  });

  it('is all that is asked for once `all` is known to be missing', async () => {
    service = await serviceWith('/', null);
    const { read } = reader({ endpoint: service.url });
    await read();
    expect(service.requests.filter((request) => request.endsWith('/all'))).toHaveLength(2);
    service.forget();

    const second = await read();

    expect(second).toMatchObject({ ok: true, value: { requests: service.requests.length } });
    expect(service.requests.filter((request) => /all$|token$/.test(request))).toEqual([]);
    expect(new Set(service.requests).size).toBe(service.requests.length);
  });

  it('is polled by what may change, and read whole when that changed and every tenth time', async () => {
    service = await serviceWith('/', null);
    const { read } = reader({ endpoint: service.url });
    const first = await read();
    await read(); // the same once more
    const requestsOf = async (): Promise<number> => {
      service.forget();
      expect(await read()).toMatchObject({ ok: true, value: { requests: service.requests.length } });
      return service.requests.length;
    };
    const whole = 2 + instance.length + 2 * (scalars.length + lists.length);
    const polled = 1 + 2 * 5;

    const tenPolls: number[] = [];
    for (let count = 0; count < 10; count++) tenPolls.push(await requestsOf());
    expect(tenPolls).toEqual([...Array.from({ length: 9 }, () => polled), whole]);

    expect(await read()).toMatchObject({ value: { instance: first.ok ? first.value.instance : null } });
    service.tree.set(`${nic}private-ipv4s`, '["10.0.0.20","10.0.0.29"]');
    service.tree.set(`${nic}gateway`, '10.0.0.252');
    expect(await requestsOf()).toBeGreaterThan(whole);
    const after = await read();
    expect(after).toMatchObject({
      value: {
        instance: {
          interfaces: [{}, { ipv4: { addresses: ['10.0.0.20', '10.0.0.29'], gateway: '10.0.0.252' } }],
        },
      },
    });
    expect(await requestsOf()).toBe(polled);
  });

  it('is read whole as soon as another NIC is listed', async () => {
    service = await serviceWith('/', null);
    const { read } = reader({ endpoint: service.url });
    const listing = String(service.tree.get(macs));
    service.tree.set(macs, listing.split('\n')[0] ?? '');
    for (let count = 0; count < 3; count++) await read();
    service.tree.set(macs, listing);

    expect(await read()).toMatchObject({ value: { instance: { interfaces: [{}, {}] } } });
  });

  it('is given up when the whole takes too long, though each leaf answers in time', async () => {
    service = await serviceWith('/', null);
    for (const [leaf, body] of service.tree) service.tree.set(leaf, answers.after(100, String(body)));
    const started = Date.now();

    const result = await reader({ endpoint: service.url, timeout: 150 }).read();

    expect(result).toMatchObject({ ok: false, problem: { code: 'metadata-timeout' } });
    expect(Date.now() - started).toBeLessThan(1_500);
  });
});

describe.each(leaves)('%s', (path) => {
  const isNeeded = needed.includes(path);

  it.each<[string, string, Answer | null, string]>([
    ['404', isNeeded ? 'metadata-not-found' : 'unknown', null, ''],
    ['empty', isNeeded ? 'metadata-empty' : 'unknown', '', ''],
    ['blank lines', isNeeded ? 'metadata-empty' : 'unknown', ' \r\n', ''],
    ['busy', 'metadata-busy', answers.status(503), path],
    ['throttled', 'metadata-busy', answers.status(429), path],
    ['connection cut', 'metadata-cut-off', answers.cut, path],
    ['body cut off', 'metadata-cut-off', answers.truncated, path],
    ['HTML with 200', 'metadata-malformed', answers.html, path],
    ['binary', 'metadata-malformed', 'a\u0000b', path],
    ['not UTF-8', 'metadata-malformed', answers.body(Buffer.from([0xff, 0xfe, 0x41])), path],
    [
      'a redirect',
      'metadata-malformed',
      (response) => response.writeHead(302, { location: '/' }).end(),
      path,
    ],
    ['a giant', 'metadata-too-large', 'x'.repeat(2 * 1024 * 1024), path],
  ])('%s: %s', async (_, expected, answer, place) => {
    const before = await whole();

    const read = await readWith(path, answer);

    if (expected !== 'unknown') {
      expect(read).toMatchObject({ ok: false, problem: { code: expected } });
      expect(!read.ok && read.problem.place).toContain(place);
    } else {
      // What one read does not tell takes nothing away.
      expect(read.ok && believedAfter(before, read.value.instance)).toEqual(before);
    }
  });

  it('hung: given up in time', async () => {
    const read = await readWith(path, answers.hang, 100);

    expect(read).toMatchObject({ ok: false, problem: { code: 'metadata-timeout' } });
    expect(!read.ok && read.problem.place).toContain(path);
  });

  it.each([
    ['busy', answers.status(503)],
    ['throttled', answers.status(429)],
    ['cut', answers.cut],
  ])('%s once: asked again', async (_, first) => {
    const before = await whole();
    const body = treeOf(join(fixtures, 'alibaba')).get(path) ?? answers.status(404);

    const read = await readWith(path, answers.firstly(first, body));

    expect(read).toMatchObject({ ok: true, value: { instance: before } });
    expect(service.requests.filter((request) => request === `GET ${path}`)).toHaveLength(2);
  });
});
