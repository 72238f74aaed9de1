import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A metadata service on the loopback, by the rules of Alibaba Cloud, that can be told to misbehave at any path. */
export interface Service {
  readonly url: string;
  /** `PUT /latest/api/token`, in the order of arrival. */
  readonly requests: readonly string[];
  /** What stands at a path; a directory's path ends in a slash. */
  readonly tree: Map<string, Answer>;
  /** Forgets what was asked for. */
  forget(): void;
  /** From now on no token given so far is valid. */
  expireTokens(): void;
  set(mode: Mode): void;
  close(): Promise<void>;
}

/** `none`: knows no tokens; `optional`: gives them; `required`: refuses requests without; `disabled`: refuses all. */
export type Mode = 'none' | 'optional' | 'required' | 'disabled';

export type Answer = string | ((response: ServerResponse, count: number) => void);

export const fixtures = fileURLToPath(new URL('../fixtures/metadata', import.meta.url));

/** The bodies of a fixture directory by path; `index` is the listing of its directory. */
export function treeOf(directory: string, base = ''): Map<string, Answer> {
  const found = new Map<string, Answer>();
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory())
      for (const [name, body] of treeOf(path, `${base}/${entry.name}`)) found.set(name, body);
    else found.set(entry.name === 'index' ? `${base}/` : `${base}/${entry.name}`, readFileSync(path, 'utf8'));
  }
  return found;
}

export const answers = {
  status:
    (status: number, body = ''): Answer =>
    (response) =>
      response.writeHead(status).end(body),
  body:
    (body: string | Buffer, type = 'text/plain'): Answer =>
    (response) =>
      response.writeHead(200, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body),
  html: ((response) =>
    response
      .writeHead(200, { 'content-type': 'text/html' })
      .end('<html><body>Please log in</body></html>')) as Answer,
  cut: ((response) => response.socket?.destroy()) as Answer,
  truncated: ((response) => {
    response.writeHead(200, { 'content-length': 1_000 }).write('["10.0.0.2');
    setTimeout(() => response.socket?.end(), 5);
  }) as Answer,
  hang: (() => {}) as Answer,
  /** That answer the first time, the given text afterwards. */
  firstly:
    (first: Answer, then: Answer): Answer =>
    (response, count) =>
      give(response, count === 1 ? first : then, count),
  after:
    (milliseconds: number, body: string): Answer =>
    (response) => {
      setTimeout(() => response.end(body), milliseconds);
    },
};

export async function startService(tree: Map<string, Answer>, mode: Mode = 'optional'): Promise<Service> {
  const requests: string[] = [];
  const counts = new Map<string, number>();
  const sockets = new Set<Socket>();
  let [current, generation] = [mode, 1];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    requests.push(`${request.method} ${path}`);
    const count = (counts.get(path) ?? 0) + 1;
    counts.set(path, count);
    const special = tree.get(path);
    if (path === '/latest/api/token') {
      if (special !== undefined) give(response, special, count);
      else giveToken(request, response, current, `token-${generation}`);
      return;
    }
    const refusal = refusalOf(request, current, `token-${generation}`);
    if (refusal !== null) response.writeHead(refusal).end('refused');
    else if (special === undefined) response.writeHead(404).end('Not Found');
    else give(response, special, count);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    tree,
    forget: () => requests.splice(0),
    expireTokens: () => {
      generation += 1;
    },
    set: (next) => {
      current = next;
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function give(response: ServerResponse, answer: Answer, count: number): void {
  if (typeof answer === 'function') answer(response, count);
  else response.writeHead(200, { 'content-type': 'text/plain' }).end(answer);
}

function giveToken(request: IncomingMessage, response: ServerResponse, mode: Mode, token: string): void {
  const lifetime = Number(request.headers['x-aliyun-ecs-metadata-token-ttl-seconds']);
  if (mode === 'none' || request.method !== 'PUT') response.writeHead(404).end();
  else if (mode === 'disabled' || 'x-forwarded-for' in request.headers) response.writeHead(403).end();
  else if (!(lifetime >= 1 && lifetime <= 21_600))
    response.writeHead(400).end('Missing or Invalid Parameters');
  else response.writeHead(200).end(token);
}

function refusalOf(request: IncomingMessage, mode: Mode, valid: string): number | null {
  const token = request.headers['x-aliyun-ecs-metadata-token'];
  if (mode === 'disabled') return 403;
  if (mode === 'none') return null;
  if (token === undefined) return mode === 'required' ? 403 : null;
  return token === valid ? null : 401;
}
