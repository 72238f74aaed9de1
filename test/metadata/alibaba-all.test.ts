import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { reader } from './reading.ts';
import { type Answer, answers, fixtures, type Service, startService } from './service.ts';

const path = '/2016-01-01/meta-data/all';
const thin = readFileSync(join(fixtures, 'alibaba/2016-01-01/meta-data/all'), 'utf8');
const thinMac = '00:16:3e:14:59:58';

const full = {
  mac: '00:16:3e:00:00:01',
  'instance-id': 'i-1',
  'dns-conf': { nameservers: '100.100.2.136\r\n100.100.2.138' },
  hostname: 'any \u0007 text',
  network: {
    interfaces: {
      macs: {
        '00:16:3e:00:00:02': {
          'network-interface-id': 'eni-2',
          'primary-ip-address': '10.0.1.20',
          'private-ipv4s': ['10.0.1.21', '10.0.1.20'],
          netmask: '255.255.255.0',
          gateway: '10.0.1.253',
          'vswitch-cidr-block': '10.0.1.0/24',
        },
        '00:16:3e:00:00:01': {
          'network-interface-id': 'eni-1',
          'private-ipv4s': '["10.0.0.19"]',
          gateway: '10.0.0.253',
        },
      },
    },
  },
};

let service: Service | undefined;
afterEach(() => service?.close());

async function serve(answer: Answer, at = path): Promise<Service> {
  service = await startService(new Map([[at, answer]]));
  return service;
}

async function readOnce(answer: Answer, timeout = 2_000) {
  const { url } = await serve(answer);
  return reader({ endpoint: url, timeout }).read();
}

describe('meta-data/all', () => {
  it('is the one request of every read after the first', async () => {
    const { url, requests, forget } = await serve(JSON.stringify(full));
    const { read } = reader({ endpoint: url });

    const first = await read();
    expect(requests).toEqual(['PUT /latest/api/token', `GET ${path}`]);
    expect(first).toMatchObject({ ok: true, value: { requests: 2 } });
    for (let count = 0; count < 3; count++) {
      forget();
      expect(await read()).toMatchObject({ ok: true, value: { requests: 1 } });
      expect(requests).toEqual([`GET ${path}`]);
    }
  });

  it('tells of every NIC, the primary first', async () => {
    const read = await readOnce(JSON.stringify(full));

    expect(read).toMatchObject({
      ok: true,
      value: {
        evidence: [{ what: 'provider', found: 'alibaba' }],
        instance: {
          instanceId: 'i-1',
          dns: ['100.100.2.136', '100.100.2.138'],
          interfaces: [
            {
              id: 'eni-1',
              primary: true,
              ipv4: { addresses: ['10.0.0.19'], prefixLength: null, subnet: null },
            },
            {
              id: 'eni-2',
              primary: false,
              ipv4: {
                addresses: ['10.0.1.20', '10.0.1.21'],
                prefixLength: 24,
                subnet: '10.0.1.0/24',
                prefixes: [],
              },
              ipv6: { dhcp: false, addresses: [], prefixes: [] },
            },
          ],
        },
      },
    });
  });

  it('is found under `latest` where the dated version lacks it', async () => {
    const { url, requests, forget } = await serve(JSON.stringify(full), '/latest/meta-data/all');
    const { read } = reader({ endpoint: url });
    await read();
    forget();

    expect((await read()).ok).toBe(true);
    expect(requests).toEqual(['GET /latest/meta-data/all']);
  });

  it('that tells little of a NIC is completed by its leaves', async () => {
    const { url, tree } = await serve(thin);
    const directory = `/latest/meta-data/network/interfaces/macs/${thinMac}`;
    tree.set(`${directory}/private-ipv4s`, '["172.16.101.215","172.16.101.222"]');
    tree.set(`${directory}/primary-ip-address`, '172.16.101.222');
    tree.set(`${directory}/ipv6s`, '[2001:db8::1]');

    const read = await reader({ endpoint: url }).read();

    expect(read).toMatchObject({
      ok: true,
      value: {
        instance: {
          interfaces: [
            {
              id: 'eni-bp13i3ed90icgdgaxxxx',
              ipv4: {
                addresses: ['172.16.101.222', '172.16.101.215'],
                gateway: '172.16.101.253',
                subnet: '172.16.101.0/24',
              },
              ipv6: { dhcp: false, addresses: ['2001:db8::1'] },
            },
          ],
        },
      },
    });
  });

  it('that tells little is polled by `all` and the leaves that may change', async () => {
    const { url, tree, requests, forget } = await serve(thin);
    const directory = `/latest/meta-data/network/interfaces/macs/${thinMac}`;
    tree.set(`${directory}/private-ipv4s`, '["172.16.101.215"]');
    const { read } = reader({ endpoint: url });
    await read();
    await read();
    forget();

    await read();
    expect(requests).toHaveLength(1 + 5);
    tree.set(`${directory}/private-ipv4s`, '["172.16.101.215","172.16.101.222"]');
    expect(await read()).toMatchObject({
      value: {
        instance: {
          interfaces: [{ ipv4: { addresses: ['172.16.111.222', '172.16.101.215', '172.16.101.222'] } }],
        },
      },
    });
  });

  it('that tells little, without leaves: the primary by the top of the tree, a secondary not known', async () => {
    const tree = JSON.parse(thin) as typeof full;
    Object.assign(tree.network.interfaces.macs, { '00:16:3e:00:00:02': { gateway: '172.16.102.253' } });

    const read = await readOnce(JSON.stringify(tree));

    expect(read).toMatchObject({
      ok: true,
      value: {
        instance: {
          interfaces: [
            {
              ipv4: {
                addresses: ['172.16.111.222', '172.16.101.215'],
                subnet: '172.16.101.0/24',
                prefixLength: 24,
              },
            },
            { ipv4: { addresses: null, gateway: '172.16.102.253' } },
          ],
        },
      },
    });
  });

  it.each<[string, Answer, string]>([
    ['busy', answers.status(503), 'metadata-busy'],
    ['throttled', answers.status(429), 'metadata-busy'],
    ['connection cut', answers.cut, 'metadata-cut-off'],
    ['body cut off', answers.truncated, 'metadata-cut-off'],
    ['JSON cut off', JSON.stringify(full).slice(0, -20), 'metadata-malformed'],
    ['empty', '', 'metadata-empty'],
    ['blank', '\r\n', 'metadata-empty'],
    ['HTML', answers.html, 'metadata-malformed'],
    ['binary', '{\u0000}', 'metadata-malformed'],
    ['another shape', '["mac"]', 'metadata-malformed'],
    ['a directory', 'dns-conf/\nmac\nnetwork/\n', 'metadata-malformed'],
    ['a redirect', answers.status(301), 'metadata-malformed'],
    ['bad request', answers.status(400), 'metadata-malformed'],
    ['a giant', ' '.repeat(1024 * 1024 + 1), 'metadata-too-large'],
    ['no primary named', JSON.stringify({ ...full, mac: '' }), 'metadata-incomplete'],
    ['no NICs', JSON.stringify({ ...full, network: {} }), 'metadata-incomplete'],
    ['the primary not listed', JSON.stringify({ ...full, mac: '00:16:3e:00:00:09' }), 'metadata-incomplete'],
  ])('%s: an error, and no walk over the leaves', async (_, answer, code) => {
    const read = await readOnce(answer);

    expect(read).toMatchObject({ ok: false, problem: { code } });
    expect(!read.ok && read.problem.place).toContain(`${service?.url}${path}`);
    expect(service?.requests.some((request) => request.includes('/latest/meta-data'))).toBe(false);
  });

  it('hung: given up in time', async () => {
    expect(await readOnce(answers.hang, 100)).toMatchObject({
      ok: false,
      problem: { code: 'metadata-timeout' },
    });
  });

  it('gone after it was there: the leaves are tried, and `all` again the next time', async () => {
    const { url, tree, requests, forget } = await serve(JSON.stringify(full));
    const { read } = reader({ endpoint: url });
    await read();

    tree.delete(path);
    expect(await read()).toMatchObject({ ok: false, problem: { code: 'metadata-not-found' } });
    tree.set(path, JSON.stringify(full));
    forget();

    expect((await read()).ok).toBe(true);
    expect(requests).toEqual([`GET ${path}`]);
  });

  it('nobody there', async () => {
    const { url, close } = await serve('');
    await close();

    expect(await reader({ endpoint: url }).read()).toMatchObject({
      ok: false,
      problem: { code: 'metadata-unreachable' },
    });
  });
});
