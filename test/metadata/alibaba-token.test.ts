import { createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { reader } from './reading.ts';
import { type Answer, answers, fixtures, type Mode, startService, treeOf } from './service.ts';

const all = 'GET /2016-01-01/meta-data/all';
const put = 'PUT /latest/api/token';
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function serve(mode: Mode, token?: Answer) {
  const tree = treeOf(join(fixtures, 'alibaba'));
  tree.delete('/latest/api/token.put');
  tree.set(
    '/2016-01-01/meta-data/all',
    JSON.stringify({
      mac: '00:16:3e:00:00:01',
      network: { interfaces: { macs: { '00:16:3e:00:00:01': { 'private-ipv4s': '["10.0.0.1"]' } } } },
    }),
  );
  if (token !== undefined) tree.set('/latest/api/token', token);
  const service = await startService(tree, mode);
  closers.push(service.close);
  return service;
}

/** A proxy that adds what proxies add. */
async function proxyTo(
  url: string,
  added: Record<string, string>,
  told: Record<string, string>,
): Promise<string> {
  const server = createServer((request, response) => {
    const { method, headers } = request;
    const onward = send(`${url}${request.url}`, { method, headers: { ...headers, ...added } }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, told);
      answer.pipe(response);
    });
    onward.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('a token', () => {
  it.each<[Mode]>([['optional'], ['required']])('is asked for first and sent along: %s', async (mode) => {
    const { url, requests } = await serve(mode);

    expect((await reader({ endpoint: url }).read()).ok).toBe(true);
    expect(requests).toEqual([put, all]);
  });

  it('is kept for half of its life', async () => {
    const { url, requests } = await serve('required');
    const { read, clock } = reader({ endpoint: url });
    await read();
    clock.forward(10_799_000);
    await read();
    expect(requests.filter((request) => request === put)).toHaveLength(1);

    clock.forward(2_000);
    await read();

    expect(requests.filter((request) => request === put)).toHaveLength(2);
  });

  it('that has expired (401) is renewed once', async () => {
    const { url, requests, expireTokens, forget } = await serve('required');
    const { read } = reader({ endpoint: url });
    await read();
    expireTokens();
    forget();

    expect((await read()).ok).toBe(true);
    expect(requests).toEqual([all, put, all]);
  });

  it('that is never taken ends in an error, not in a loop', async () => {
    const { url, requests } = await serve('required', 'useless');

    expect(await reader({ endpoint: url }).read()).toMatchObject({
      ok: false,
      problem: { code: 'metadata-token-expired' },
    });
    expect(requests).toEqual([put, all, put, all]);
  });

  it('that expires before leaves are read in parallel is renewed once for all', async () => {
    const { url, requests, tree, expireTokens } = await serve('required');
    const directory = '/latest/meta-data/network/interfaces/macs/';
    const listing = String(tree.get(directory));
    tree.delete('/2016-01-01/meta-data/all');
    tree.set(directory, (response) => {
      expireTokens();
      response.end(listing);
    });

    expect((await reader({ endpoint: url }).read()).ok).toBe(true);
    expect(requests.filter((request) => request === put)).toHaveLength(2);
  });

  it('is done without where the service knows none', async () => {
    const { url, requests, forget } = await serve('none');
    const { read } = reader({ endpoint: url });

    expect((await read()).ok).toBe(true);
    expect(requests).toEqual([put, all]);
    forget();
    await read();
    expect(requests).toEqual([all]);
  });

  it('is asked for again when the instance is hardened meanwhile', async () => {
    const { url, requests, set, forget } = await serve('none');
    const { read } = reader({ endpoint: url });
    await read();
    set('required');
    forget();

    expect((await read()).ok).toBe(true);
    expect(requests).toEqual([all, put, all]);
  });

  it('is insisted on by `always`', async () => {
    const { url } = await serve('none');

    const read = await reader({ endpoint: url, token: 'always' }).read();

    expect(read).toMatchObject({
      ok: false,
      problem: { code: 'metadata-not-found', place: `${url}/latest/api/token` },
    });
  });

  it('is never asked for by `never`', async () => {
    const { url, requests } = await serve('optional');

    expect((await reader({ endpoint: url, token: 'never' }).read()).ok).toBe(true);
    expect(requests).toEqual([all]);
  });

  it.each<[string, Answer, string]>([
    ['busy', answers.status(503), 'metadata-busy'],
    ['throttled', answers.status(429), 'metadata-busy'],
    ['connection cut', answers.cut, 'metadata-cut-off'],
    ['body cut off', answers.truncated, 'metadata-cut-off'],
    ['empty', '', 'metadata-empty'],
    ['HTML', answers.html, 'metadata-malformed'],
    ['with a line end inside', 'a\r\nX-Evil: 1', 'metadata-malformed'],
    ['binary', '\u0001', 'metadata-malformed'],
    ['a giant', 'x'.repeat(5_000), 'metadata-too-large'],
    ['bad request', answers.status(400), 'metadata-malformed'],
    ['a redirect', answers.status(302), 'metadata-malformed'],
    ['hung', answers.hang, 'metadata-timeout'],
  ])('%s: an error, and nothing is read without one', async (_, answer, code) => {
    const { url, requests } = await serve('optional', answer);

    const read = await reader({ endpoint: url, timeout: 300 }).read();

    expect(read).toMatchObject({ ok: false, problem: { code, place: `${url}/latest/api/token` } });
    expect(requests).not.toContain(all);
  });

  it.each<[string, Answer]>([
    ['busy', answers.status(503)],
    ['cut', answers.cut],
  ])('%s once: asked for again', async (_, first) => {
    const { url } = await serve('optional', answers.firstly(first, 'token-1'));

    expect((await reader({ endpoint: url }).read()).ok).toBe(true);
  });
});

describe('a refusal (403) is told apart', () => {
  it('hardened: no token was sent', async () => {
    const { url } = await serve('required');

    expect(await reader({ endpoint: url, token: 'never' }).read()).toMatchObject({
      ok: false,
      problem: { code: 'metadata-hardened' },
    });
  });

  it('disabled', async () => {
    const { url } = await serve('disabled');

    expect(await reader({ endpoint: url }).read()).toMatchObject({
      ok: false,
      problem: { code: 'metadata-disabled' },
    });
  });

  it.each<[string, Mode, Record<string, string>]>([
    ['one that names itself', 'required', { via: '1.1 squid' }],
    ['one that does not', 'optional', {}],
  ])('a proxy in between: %s', async (_, mode, told) => {
    const { url } = await serve(mode);
    const endpoint = await proxyTo(url, { 'x-forwarded-for': '10.0.0.1' }, told);

    expect(await reader({ endpoint }).read()).toMatchObject({
      ok: false,
      problem: { code: 'metadata-proxied' },
    });
  });

  it('for one path although a token was sent', async () => {
    const { url, tree } = await serve('required');
    tree.set('/2016-01-01/meta-data/all', answers.status(403));

    expect(await reader({ endpoint: url }).read()).toMatchObject({
      ok: false,
      problem: { code: 'metadata-proxied' },
    });
  });
});
