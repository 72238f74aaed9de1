import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { reader } from './reading.ts';
import { type Answer, answers, fixtures, type Service, startService } from './service.ts';

const directory = '/openstack/latest';
const paths = { network: `${directory}/network_data.json`, instance: `${directory}/meta_data.json` };

interface Documents {
  readonly 'network_data.json': unknown;
  readonly 'meta_data.json': unknown;
}

function documentsOf(cloud: string, name: string): Documents {
  const raw = readFileSync(join(fixtures, cloud, 'cases', name, 'raw.json'), 'utf8');
  return (JSON.parse(raw) as { readonly tree: Documents }).tree;
}

/** One server of each cloud of the family. */
const clouds: readonly [string, Documents][] = [
  ['openstack', documentsOf('openstack', 'static-dual')],
  ['huawei', documentsOf('huawei', 'two-nics')],
  ['kakaocloud', documentsOf('kakaocloud', 'two-nics')],
];
const [, [, huawei]] = clouds as [(typeof clouds)[number], (typeof clouds)[number]];
const text = JSON.stringify(huawei['network_data.json']);

let service: Service | undefined;
afterEach(() => service?.close());

async function serve(documents: Documents): Promise<Service> {
  service = await startService(
    new Map<string, Answer>([
      [paths.network, JSON.stringify(documents['network_data.json'])],
      [paths.instance, JSON.stringify(documents['meta_data.json'])],
    ]),
    'none',
  );
  return service;
}

describe.each(clouds)('the service of %s', (provider, documents) => {
  it('is asked for two documents at each read, and for nothing else', async () => {
    const { url, requests, forget } = await serve(documents);
    const { read } = reader({ endpoint: url }, { provider });

    for (let count = 0; count < 2; count++) {
      forget();
      const result = await read();
      expect(result).toMatchObject({ ok: true, value: { requests: 2, instance: { cloud: provider } } });
      expect(requests).toEqual([`GET ${paths.network}`, `GET ${paths.instance}`]);
    }
  });
});

/** Every way in which one request fails, and what becomes of the read. */
const faults: readonly [string, Answer, string][] = [
  ['empty', '', 'metadata-empty'],
  ['blank', '\r\n', 'metadata-empty'],
  ['busy', answers.status(503), 'metadata-busy'],
  ['throttled', answers.status(429), 'metadata-busy'],
  ['connection cut', answers.cut, 'metadata-cut-off'],
  ['body cut off', answers.truncated, 'metadata-cut-off'],
  ['JSON cut off', text.slice(0, -20), 'metadata-malformed'],
  ['HTML', answers.html, 'metadata-malformed'],
  ['a redirect', answers.status(301), 'metadata-malformed'],
  ['forbidden', answers.status(403), 'metadata-malformed'],
  ['a giant', ' '.repeat(1024 * 1024 + 1), 'metadata-too-large'],
  ['another shape', '["links"]', 'metadata-malformed'],
];

describe.each(Object.entries(paths))('%s', (_, path) => {
  it.each(faults)('%s: an error that names the document', async (_name, answer, code) => {
    const { url, tree } = await serve(huawei);
    tree.set(path, answer);

    const read = await reader({ endpoint: url }, { provider: 'huawei' }).read();

    expect(read).toMatchObject({ ok: false, problem: { code } });
    expect(!read.ok && read.problem.place).toContain(path.split('/').at(-1));
  });

  it('hung: given up in time', async () => {
    const { url, tree } = await serve(huawei);
    tree.set(path, answers.hang);

    const read = await reader({ endpoint: url, timeout: 100 }, { provider: 'huawei' }).read();

    expect(read).toMatchObject({ ok: false, problem: { code: 'metadata-timeout', place: `${url}${path}` } });
  });

  it.each([
    ['busy', answers.status(503)],
    ['throttled', answers.status(429)],
    ['cut', answers.cut],
  ])('%s once: asked again', async (_name, answer) => {
    const { url, tree } = await serve(huawei);
    const usual = tree.get(path) ?? '';
    tree.set(path, answers.firstly(answer, usual));

    expect((await reader({ endpoint: url }, { provider: 'huawei' }).read()).ok).toBe(true);
  });
});

describe('what may be missing', () => {
  it('meta_data.json: the instance has no name then', async () => {
    const { url, tree } = await serve(huawei);
    tree.delete(paths.instance);

    const read = await reader({ endpoint: url }, { provider: 'huawei' }).read();

    expect(read).toMatchObject({ ok: true, value: { instance: { instanceId: null } } });
  });

  it.each<[string, Answer | null, string]>([
    ['network_data.json', null, 'metadata-not-found'],
    ['every port, as nova says it', 'null', 'metadata-malformed'],
    ['the list of links', '{"networks":[],"services":[]}', 'metadata-incomplete'],
    ['every link', '{"links":[],"networks":[],"services":[]}', 'metadata-incomplete'],
    ['the list of networks', text.replace('"networks"', '"nets"'), 'metadata-incomplete'],
    ['the link of a network', text.replace('"link":"tap1c2d3e4f-55"', '"link":"tap0"'), 'metadata-disagrees'],
    ['the MAC of a link', text.replace('"ethernet_mac_address"', '"mac"'), 'metadata-malformed'],
  ])('not %s', async (_, answer, code) => {
    const { url, tree } = await serve(huawei);
    if (answer === null) tree.delete(paths.network);
    else tree.set(paths.network, answer);

    const read = await reader({ endpoint: url }, { provider: 'huawei' }).read();

    expect(read).toMatchObject({ ok: false, problem: { code } });
    expect(!read.ok && read.problem.place).toContain('network_data.json');
  });

  it('the service', async () => {
    const { url, close } = await serve(huawei);
    await close();

    const read = await reader({ endpoint: url }, { provider: 'huawei' }).read();

    expect(read).toMatchObject({ ok: false, problem: { code: 'metadata-unreachable' } });
  });
});
