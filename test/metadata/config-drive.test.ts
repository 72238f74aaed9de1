import { afterEach, describe, expect, it } from 'vitest';
import { ok } from '../../src/model/problem.ts';
import type { Exec, ExecOutput } from '../../src/ports/exec.ts';
import { noPrograms, reader } from './reading.ts';
import { type Answer, answers, type Service, startService } from './service.ts';

const nic = (mac: string) => ({ id: mac, type: 'phy', ethernet_mac_address: mac });
const network = (...macs: readonly string[]): string =>
  JSON.stringify({ links: macs.map(nic), networks: [], services: [] });
const [first, second] = ['fa:16:3e:00:00:01', 'fa:16:3e:00:00:02'] as const;
const instance = JSON.stringify({ uuid: 'i-1', random_seed: 'x' });

const link = { '->/dev/disk/by-label/config-2': '/dev/sr0' };
const mountinfo = (...lines: readonly string[]): Record<string, string> => ({
  ...link,
  '/proc/self/mountinfo': ['22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw', ...lines].join('\n'),
});
const mounted = (root: string, place: string, source = '/dev/sr0'): string =>
  `40 22 11:0 ${root} ${place} ro,relatime shared:9 - iso9660 ${source} ro`;

/** A program that mounts and prints; notes what it was called with. */
function printing(output: Partial<ExecOutput>): Exec & { readonly ran: (readonly string[])[] } {
  const ran: (readonly string[])[] = [];
  const run: Exec['run'] = (argv) => {
    ran.push(argv);
    return Promise.resolve(ok({ exitCode: 0, stdout: '', stderr: '', ...output }));
  };
  return { ...noPrograms, ran, run };
}

let service: Service | undefined;
afterEach(() => service?.close());

/** A service that answers so to network_data.json; it is closed at once where there is no answer. */
async function endpoint(answer: Answer | null): Promise<string> {
  service = await startService(new Map([['/openstack/latest/network_data.json', answer ?? '']]), 'none');
  if (answer === null) await service.close();
  return service.url;
}

describe('a config drive', () => {
  it('is read where there is no service, once, and tells what was so at boot', async () => {
    const exec = printing({ stdout: `${network(first)}\0${instance}` });
    const { read } = reader({ endpoint: await endpoint(null) }, { provider: 'openstack', files: link, exec });

    for (let count = 0; count < 2; count++) {
      expect(await read()).toMatchObject({
        ok: true,
        value: { instance: { asOf: 'boot', instanceId: 'i-1', primaryMac: first } },
      });
    }
    expect(exec.ran).toHaveLength(1);
    expect(exec.ran[0]?.slice(0, 4)).toEqual(['unshare', '--mount', 'sh', '-c']);
    expect(exec.ran[0]?.at(-1)).toBe('/dev/sr0');
  });

  it.each<[string, Answer | null, number]>([
    ['nobody answers', null, 2_000],
    ['the service has no network_data.json', answers.status(404), 2_000],
    ['no answer comes', answers.hang, 100],
  ])('is read where %s', async (_, answer, timeout) => {
    const exec = printing({ stdout: `${network(first)}\0` });
    const settings = { endpoint: await endpoint(answer), timeout };

    const read = await reader(settings, { provider: 'huawei', files: link, exec }).read();

    expect(read).toMatchObject({ ok: true, value: { instance: { asOf: 'boot', instanceId: null } } });
  });

  it.each<[string, Answer, string]>([
    ['busy', answers.status(503), 'metadata-busy'],
    ['cut off', answers.cut, 'metadata-cut-off'],
    ['a page of HTML', answers.html, 'metadata-malformed'],
    ['empty', '', 'metadata-empty'],
  ])('is not asked in place of a service that is there: %s', async (_, answer, code) => {
    const exec = printing({ stdout: `${network(first)}\0` });
    const settings = { endpoint: await endpoint(answer) };

    const read = await reader(settings, { provider: 'openstack', files: link, exec }).read();

    expect(read).toMatchObject({ ok: false, problem: { code } });
    expect(exec.ran).toEqual([]);
  });

  it('is no longer asked once the service has answered, whatever comes after', async () => {
    const url = await endpoint(network(first, second));
    const exec = printing({ stdout: `${network(first)}\0` });
    const { read } = reader({ endpoint: url }, { provider: 'openstack', files: link, exec });
    expect(await read()).toMatchObject({ ok: true, value: { instance: { interfaces: [{}, {}] } } });

    await service?.close();

    expect(await read()).toMatchObject({ ok: false, problem: { code: 'metadata-unreachable' } });
    expect(exec.ran).toEqual([]);
  });

  it('gives way to the service as soon as that answers', async () => {
    const url = await endpoint(answers.firstly(answers.status(404), network(first, second)));
    const exec = printing({ stdout: `${network(first)}\0` });
    const { read } = reader({ endpoint: url }, { provider: 'openstack', files: link, exec });

    expect(await read()).toMatchObject({ ok: true, value: { instance: { asOf: 'boot' } } });
    const later = await read();
    expect(later.ok && later.value.instance.interfaces).toHaveLength(2);
    expect(later.ok && later.value.instance.asOf).toBeUndefined();
  });
});

describe('a config drive that is mounted', () => {
  const documents = (place: string) => ({
    [`${place}/openstack/latest/network_data.json`]: network(first),
    [`${place}/openstack/latest/meta_data.json`]: instance,
  });
  const read = async (files: Record<string, string>, exec = printing({ exitCode: 1 })) => ({
    result: await reader({ endpoint: await endpoint(null) }, { provider: 'openstack', files, exec }).read(),
    exec,
  });

  it.each([
    ['/mnt/config', mounted('/', '/mnt/config')],
    ['/media/my drive', mounted('/', '/media/my\\040drive')],
  ])('at %s is read there, and nothing is mounted', async (place, line) => {
    const { result, exec } = await read({ ...mountinfo(line), ...documents(place) });

    expect(result).toMatchObject({ ok: true, value: { instance: { asOf: 'boot', instanceId: 'i-1' } } });
    expect(exec.ran).toEqual([]);
  });

  it.each([
    ['in part', [mounted('/openstack', '/mnt/config')]],
    ['and hidden by another mount', [mounted('/', '/mnt/config'), mounted('/', '/mnt/config', '/dev/vdb')]],
    ['by another device', [mounted('/', '/mnt/config', '/dev/vdb')]],
  ])('%s is not read there', async (_, lines) => {
    const exec = printing({ stdout: `${network(second)}\0` });
    const { result } = await read({ ...mountinfo(...lines), ...documents('/mnt/config') }, exec);

    expect(result).toMatchObject({ ok: true, value: { instance: { primaryMac: second } } });
    expect(exec.ran).toHaveLength(1);
  });

  it('without network_data.json is an error', async () => {
    const { result } = await read(mountinfo(mounted('/', '/mnt/config')));

    expect(result).toMatchObject({
      ok: false,
      problem: { code: 'metadata-unreachable', place: '/mnt/config' },
    });
  });
});

describe('a config drive that cannot be read is an error, and no empty network', () => {
  it.each<[string, Partial<ExecOutput>, string, string]>([
    [
      'not permitted',
      { exitCode: 1, stderr: 'unshare: unshare failed: Operation not permitted\n' },
      'metadata-unreachable',
      'not permitted',
    ],
    [
      'another file system',
      { exitCode: 32, stderr: 'mount: /mnt: wrong fs type\n' },
      'metadata-unreachable',
      'wrong fs type',
    ],
    ['silent', { exitCode: 1 }, 'metadata-unreachable', 'exit code 1'],
    ['empty', { stdout: '\0' }, 'metadata-empty', 'empty'],
    ['cut off', { stdout: `${network(first).slice(0, -4)}\0` }, 'metadata-malformed', 'the text ends'],
    ['a giant', { stdout: `${' '.repeat(1024 * 1024 + 1)}\0` }, 'metadata-too-large', 'longer'],
    [
      'half a meta_data.json',
      { stdout: `${network(first)}\0{"uuid"` },
      'metadata-malformed',
      'the text ends',
    ],
  ])('%s', async (_, output, code, message) => {
    const settings = { endpoint: await endpoint(null) };
    const exec = printing(output);

    const read = await reader(settings, { provider: 'huawei', files: link, exec }).read();

    expect(read).toMatchObject({ ok: false, problem: { code } });
    expect(!read.ok && read.problem.place).toContain('/dev/sr0');
    expect(!read.ok && read.problem.message.toLowerCase()).toContain(message);
  });

  it('no program', async () => {
    const settings = { endpoint: await endpoint(null) };

    const read = await reader(settings, { provider: 'huawei', files: link }).read();

    expect(read).toMatchObject({ ok: false, problem: { code: 'metadata-unreachable', place: '/dev/sr0' } });
  });

  it('no drive: the problem is the service’s', async () => {
    const url = await endpoint(null);

    const read = await reader({ endpoint: url }, { provider: 'huawei' }).read();

    expect(!read.ok && read.problem.place).toContain(url);
  });
});
