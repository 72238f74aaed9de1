import { describe, expect, it } from 'vitest';
import { defaultConfig } from '../../src/config/defaults.ts';
import { agreeingReads, detectCloud, openMetadata, readMetadata } from '../../src/metadata/fetch.ts';
import { savedFile } from '../../src/metadata/file/index.ts';
import { fail, ok } from '../../src/model/problem.ts';
import type { Files } from '../../src/ports/files.ts';
import type { Http } from '../../src/ports/http.ts';
import { filesOf, noPrograms, quickClock, reader, silent } from './reading.ts';
import { startService } from './service.ts';

const dmi = '/sys/class/dmi/id';
const ecs = { [`${dmi}/product_name`]: 'Alibaba Cloud ECS\n' };
const routeTable = (...lines: readonly string[]): string =>
  ['Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT', ...lines].join('\n');
const all = JSON.stringify({
  mac: '00:16:3e:00:00:01',
  network: { interfaces: { macs: { '00:16:3e:00:00:01': { 'private-ipv4s': '10.0.0.1' } } } },
});

/** An HTTP port that notes what is asked for; `alive` answers, everything else is out of reach. */
function recording(alive: string | null): Http & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    request({ url, method }) {
      asked.push(url);
      if (alive === null || !url.startsWith(alive))
        return Promise.resolve(fail('metadata-unreachable', url, 'ENETUNREACH'));
      return Promise.resolve(ok({ status: 200, headers: {}, body: method === 'PUT' ? 'token' : all }));
    },
  };
}

describe('which cloud', () => {
  it('is told by the firmware, with the evidence, and nothing is sent to find out', async () => {
    const detected = await detectCloud({ files: filesOf(ecs) }, defaultConfig);

    expect(detected).toMatchObject({
      ok: true,
      value: { cloud: 'alibaba', evidence: [{ what: `${dmi}/product_name`, found: 'Alibaba Cloud ECS' }] },
    });
  });

  it.each([
    ['says nothing', {}, 'tells nothing'],
    ['names another cloud', { [`${dmi}/sys_vendor`]: 'Amazon EC2\n' }, 'sys_vendor="Amazon EC2"'],
    ['holds something odd', { [`${dmi}/product_name`]: 'a\u001b[31m\n' }, '\\u001b'],
  ])('is unknown when the firmware %s; no request is sent', async (_, files, message) => {
    const http = recording('http://');

    const read = await reader({}, { provider: 'auto', files, http }).read();

    expect(read).toMatchObject({ ok: false, problem: { code: 'provider-unknown', place: dmi } });
    expect(!read.ok && read.problem.message).toContain(message);
    expect(!read.ok && read.problem.advice).toContain('set provider');
    expect(http.asked).toEqual([]);
  });

  it.each([
    ['Huawei Cloud', { chassis_asset_tag: 'HUAWEICLOUD', product_name: 'OpenStack Nova' }],
    ['OpenStack', { product_name: 'OpenStack Compute' }],
  ])('that is %s is asked at its own address and at no other’s', async (_, fields) => {
    const http = recording(null);
    const files = Object.fromEntries(Object.entries(fields).map(([key, text]) => [`${dmi}/${key}`, text]));

    await reader({}, { provider: 'auto', files, http }).read();

    expect(http.asked).toEqual(['http://169.254.169.254/openstack/latest/network_data.json']);
  });

  it.each([
    ['Amazon', { sys_vendor: 'Amazon EC2', product_name: 'm5.large' }],
    ['Google', { product_name: 'Google Compute Engine' }],
    ['Azure', { chassis_asset_tag: '7783-7084-3265-9085-8269-3286-77' }],
    ['Oracle', { chassis_asset_tag: 'OracleCloud.com' }],
    ['no cloud', { sys_vendor: 'QEMU', product_name: 'Standard PC (i440FX + PIIX, 1996)' }],
  ])('that is %s costs no request, no program and no wait', async (_, fields) => {
    const files = Object.fromEntries(Object.entries(fields).map(([key, text]) => [`${dmi}/${key}`, text]));
    const costs: string[] = [];
    const never = (what: string) => (): never => {
      costs.push(what);
      throw new Error(what);
    };
    const clock = { now: never('now'), monotonic: never('monotonic'), sleep: never('sleep') };
    const exec = {
      run: never('run'),
      follow: never('follow'),
      detach: never('detach'),
      signal: never('signal'),
    };
    const ports = { http: { request: never('request') }, files: filesOf(files), exec, clock, log: silent };

    const read = await readMetadata(ports, defaultConfig, openMetadata());

    expect(read).toMatchObject({ ok: false, problem: { code: 'provider-unknown' } });
    expect(costs).toEqual([]);
  });

  it('may be set, whatever the firmware says', async () => {
    const read = await reader({}, { provider: 'alibaba', http: recording('http://100.100.100.200/') }).read();

    expect(read).toMatchObject({ ok: true, value: { evidence: [{ what: 'provider' }], requests: 2 } });
  });

  it('must be one there is', async () => {
    const read = await reader({}, { provider: 'atlantis' }).read();

    expect(read).toMatchObject({
      ok: false,
      problem: {
        code: 'config-invalid',
        advice: 'allowed: auto, alibaba, huawei, kakaocloud, openstack, file',
      },
    });
  });
});

describe('the service by IPv6', () => {
  const ipv6 = 'http://[fd00:100::100:200]/';
  const noDefault = routeTable('eth0\t0000000A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0');
  const withDefault = routeTable('eth0\t00000000\tFD00000A\t0003\t0\t0\t100\t00000000\t0\t0\t0');

  it('is asked where there is no IPv4 default route, and then kept', async () => {
    const http = recording(ipv6);
    const { read } = reader({}, { http, files: { '/proc/net/route': noDefault } });
    expect((await read()).ok).toBe(true);
    http.asked.length = 0;

    expect((await read()).ok).toBe(true);
    expect(http.asked).toEqual([`${ipv6}2016-01-01/meta-data/all`]);
  });

  it.each([
    ['there is an IPv4 default route', {}, { '/proc/net/route': withDefault }],
    ['the routes cannot be read', {}, {}],
    ['the endpoint is configured', { endpoint: 'http://192.0.2.1' }, { '/proc/net/route': noDefault }],
  ])('is left alone where %s', async (_, metadata, files) => {
    const http = recording(ipv6);

    const read = await reader(metadata, { http, files: files as Record<string, string> }).read();

    expect(read).toMatchObject({ ok: false, problem: { code: 'metadata-unreachable' } });
    expect(http.asked.some((url) => url.startsWith(ipv6))).toBe(false);
  });
});

describe('a saved file', () => {
  const saved = JSON.stringify({ interfaces: [{ mac: '00:16:3e:00:00:01', primary: true }] });
  const read = (text: string | null, file: string | null = '/saved.json') =>
    reader({ file }, { provider: 'file', files: text === null ? {} : { '/saved.json': text } }).read();

  it('is read without a request', async () => {
    expect(await read(saved)).toMatchObject({
      ok: true,
      value: { requests: 0, instance: { cloud: 'unknown' } },
    });
  });

  it.each<[string, string | null, string, string, string]>([
    ['missing', null, 'metadata-not-found', '', 'put the file back'],
    ['empty', ' \n', 'metadata-empty', '', 'correct the file'],
    ['cut off', saved.slice(0, -3), 'metadata-malformed', ':1:57', 'correct the file'],
    ['of another form', '[]', 'metadata-malformed', '', 'correct the file'],
    [
      'wrong in one field',
      saved.replace('true', 'true,"ipv6":{"addresses":["2001:db8::x"]}'),
      'bad-address',
      ': interfaces[0].ipv6.addresses[0]',
      'correct the file',
    ],
  ])('that is %s is an error with its place and what to do', async (_, text, code, place, advice) => {
    expect(await read(text)).toMatchObject({
      ok: false,
      problem: { code, place: `/saved.json${place}`, advice: expect.stringContaining(advice) },
    });
  });

  it('that may not be read is unknown, as a service that does not answer is', async () => {
    const problem = { code: 'file-unreadable', place: '/saved.json', message: 'EACCES', advice: '' } as const;
    const files = { readText: () => Promise.resolve({ ok: false, problem } as const) };
    const raw = await savedFile.open({
      ...{ http: recording(null), files: files as unknown as Files, clock: quickClock(), log: silent },
      ...{ exec: noPrograms, endpoint: null, settings: { ...defaultConfig.metadata, file: '/saved.json' } },
    })({ deadline: Number.POSITIVE_INFINITY });

    expect(raw).toMatchObject({
      ok: false,
      problem: { code: 'metadata-unreachable', place: '/saved.json', message: 'EACCES' },
    });
  });

  it('is believed at once, also in what it takes away; a cloud after reads that agree', () => {
    const { metadata } = defaultConfig;

    expect(agreeingReads({ provider: 'file', metadata })).toBe(1);
    expect(agreeingReads({ provider: 'auto', metadata })).toBe(metadata.agreeingReads);
    expect(agreeingReads({ provider: 'alibaba', metadata: { ...metadata, agreeingReads: 3 } })).toBe(3);
  });

  it('has to be named', async () => {
    expect(await read(saved, null)).toMatchObject({ ok: false, problem: { code: 'config-invalid' } });
  });
});

describe('a process', () => {
  it('notices another endpoint in its configuration', async () => {
    const one = await startService(new Map([['/2016-01-01/meta-data/all', all]]));
    const other = await startService(
      new Map([['/2016-01-01/meta-data/all', all.replaceAll('3e:00:00:01', '3e:00:00:07')]]),
    );
    const { read, configure } = reader({ endpoint: one.url });
    await read();

    configure({ endpoint: other.url });
    const result = await read();
    await Promise.all([one.close(), other.close()]);

    expect(result).toMatchObject({ ok: true, value: { instance: { primaryMac: '00:16:3e:00:00:07' } } });
  });
});
