import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { HttpRequest } from '../http.ts';
import { nodeHttp } from './http.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A server that answers each connection's requests with raw bytes. */
async function serve(answer: (socket: Socket, request: string, count: number) => void) {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', (data) => {
      requests.push(data.toString());
      answer(socket, data.toString(), requests.length);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/x`, requests, sockets };
}

const whole = (body: string, status = '200 OK', more = ''): string =>
  `HTTP/1.1 ${status}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${more}\r\n${body}`;

function get(url: string, more: Partial<HttpRequest> = {}) {
  return nodeHttp().request({ url, timeout: 2_000, ...more });
}

describe('an answer', () => {
  it('is given with its status, headers and text', async () => {
    const { url, requests } = await serve((socket) =>
      socket.write(whole('grüezi', '200 OK', 'X-A: 1\r\nX-A: 2\r\n')),
    );

    const result = await get(url, { headers: { 'X-Token': 'abc' } });

    expect(result).toMatchObject({
      ok: true,
      value: { status: 200, body: 'grüezi', headers: { 'x-a': '1, 2' } },
    });
    expect(requests[0]).toMatch(/^GET \/x HTTP\/1\.1\r\n/);
    expect(requests[0]).toContain('X-Token: abc');
  });

  it('of chunks is put together', async () => {
    const { url } = await serve((socket) =>
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n'),
    );

    expect(await get(url)).toMatchObject({ ok: true, value: { body: 'abc' } });
  });

  it('that redirects is given as it is', async () => {
    const { url, requests } = await serve((socket) =>
      socket.write(whole('', '302 Found', 'Location: /y\r\n')),
    );

    expect(await get(url)).toMatchObject({ ok: true, value: { status: 302 } });
    expect(requests).toHaveLength(1);
  });

  it('to PUT is given; the body sent is empty', async () => {
    const { url, requests } = await serve((socket) => socket.write(whole('token')));

    expect(await get(url, { method: 'PUT' })).toMatchObject({ ok: true, value: { body: 'token' } });
    expect(requests[0]).toMatch(/^PUT [\s\S]*Content-Length: 0/);
  });

  it('is asked for directly, whatever proxies the environment names', async () => {
    const { url } = await serve((socket) => socket.write(whole('direct')));
    process.env.http_proxy = 'http://127.0.0.1:9';
    process.env.HTTP_PROXY = 'http://127.0.0.1:9';
    closers.push(() => {
      delete process.env.http_proxy;
      delete process.env.HTTP_PROXY;
    });

    expect(await get(url)).toMatchObject({ ok: true, value: { body: 'direct' } });
  });
});

describe('a failure is told by its code', () => {
  const head = 'HTTP/1.1 200 OK\r\n';
  it.each<[string, string, (socket: Socket) => void]>([
    [
      'body shorter than its length',
      'metadata-cut-off',
      (socket) => socket.end(`${head}Content-Length: 9\r\n\r\nabc`),
    ],
    [
      'connection reset in the body',
      'metadata-cut-off',
      (socket) => socket.write(`${head}Content-Length: 9\r\n\r\nabc`, () => socket.resetAndDestroy()),
    ],
    ['connection closed before an answer', 'metadata-cut-off', (socket) => socket.end()],
    ['connection reset before an answer', 'metadata-cut-off', (socket) => socket.resetAndDestroy()],
    ['closed within the headers', 'metadata-cut-off', (socket) => socket.end(`${head}Content-Le`)],
    [
      'chunks without an end',
      'metadata-cut-off',
      (socket) => socket.end(`${head}Transfer-Encoding: chunked\r\n\r\n5\r\nabc`),
    ],
    [
      'a chunk with a bad size',
      'metadata-cut-off',
      (socket) => socket.end(`${head}Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n`),
    ],
    ['not HTTP', 'metadata-malformed', (socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n')],
    [
      'another protocol',
      'metadata-malformed',
      (socket) =>
        socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'),
    ],
    [
      'not UTF-8',
      'metadata-malformed',
      (socket) =>
        socket.end(
          Buffer.concat([Buffer.from(`${head}Content-Length: 2\r\n\r\n`), Buffer.from([0xff, 0xfe])]),
        ),
    ],
    [
      'a declared giant',
      'metadata-too-large',
      (socket) => socket.write(`${head}Content-Length: 4096\r\n\r\n`),
    ],
    ['an undeclared giant', 'metadata-too-large', (socket) => socket.write(`${head}\r\n${'x'.repeat(4096)}`)],
    ['endless headers', 'metadata-too-large', (socket) => socket.write(`${head}X: ${'x'.repeat(200_000)}`)],
    ['no answer at all', 'metadata-timeout', () => {}],
    [
      'no end of the body',
      'metadata-timeout',
      (socket) => socket.write(`${head}Content-Length: 9\r\n\r\nabc`),
    ],
    [
      'a body that drips',
      'metadata-timeout',
      (socket) => {
        socket.write(`${head}Content-Length: 900\r\n\r\n`);
        const drip = setInterval(() => socket.write('x'), 20);
        socket.on('close', () => clearInterval(drip));
      },
    ],
  ])('%s', async (_, code, answer) => {
    const { url } = await serve(answer);
    const started = Date.now();

    const result = await get(url, { limit: 1024, timeout: 300 });

    expect(result).toMatchObject({ ok: false, problem: { code, place: url } });
    expect(Date.now() - started).toBeLessThan(1_000);
  });

  it('nobody listens', async () => {
    const { url } = await serve(() => {});
    for (const close of closers.splice(0)) close();

    expect(await get(url)).toMatchObject({ ok: false, problem: { code: 'metadata-unreachable' } });
  });

  it('the name does not exist', async () => {
    expect(await get('http://enid.invalid/')).toMatchObject({
      ok: false,
      problem: { code: 'metadata-unreachable' },
    });
  });

  it('HTTPS', async () => {
    expect(await get('https://127.0.0.1/')).toMatchObject({
      ok: false,
      problem: { code: 'metadata-unreachable' },
    });
  });

  it('a local address that is not ours', async () => {
    const { url } = await serve((socket) => socket.write(whole('x')));

    expect(await get(url, { localAddress: '192.0.2.1' })).toMatchObject({
      ok: false,
      problem: { code: 'metadata-unreachable' },
    });
  });

  it('given up by the caller, before and during', async () => {
    const { url, requests } = await serve(() => {});
    const during = new AbortController();
    setTimeout(() => during.abort(), 50);
    const before = new AbortController();
    before.abort();

    const results = await Promise.all([
      get(url, { signal: during.signal }),
      get(url, { signal: before.signal }),
    ]);

    expect(results.map((result) => !result.ok && result.problem.code)).toEqual([
      'metadata-timeout',
      'metadata-timeout',
    ]);
    expect(requests).toHaveLength(1);
  });
});

describe('connections', () => {
  it('leave from the address asked for', async () => {
    const { url, sockets } = await serve((socket) => socket.write(whole(socket.remoteAddress ?? '')));

    expect(await get(url, { localAddress: '127.0.0.2' })).toMatchObject({
      ok: true,
      value: { body: '127.0.0.2' },
    });
    expect(sockets.size).toBe(1);
  });

  it('are used again within one read', async () => {
    const { url, sockets } = await serve((socket) => socket.write(whole('x')));
    const http = nodeHttp();

    for (let count = 0; count < 5; count++) await http.request({ url, timeout: 1_000 });

    expect(sockets.size).toBe(1);
  });

  it('found dead are replaced without a word', async () => {
    const { url, sockets } = await serve((socket, _, count) => {
      if (count === 2) socket.resetAndDestroy();
      else socket.write(whole(`${count}`));
    });
    const http = nodeHttp();
    await http.request({ url, timeout: 1_000 });

    const result = await http.request({ url, timeout: 1_000 });

    expect(result).toMatchObject({ ok: true, value: { body: '3' } });
    expect(sockets.size).toBe(2);
  });

  it('are let go soon after', async () => {
    const { url, sockets } = await serve((socket) => socket.write(whole('x')));
    await get(url);

    await new Promise((resolve) => setTimeout(resolve, 1_500));

    expect([...sockets].every((socket) => socket.readableEnded || socket.destroyed)).toBe(true);
  });
});
