// The metadata service of the lab: a program of its own, since it lives in the router's namespace.
// Commands are JSON lines on standard input (MetadataCommand), each answered by one line; it ends with its input.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createInterface } from 'node:readline';
import type { Fault, MetadataCommand, MetadataSettings } from './metadata-fault.ts';
import { metadataListing, metadataTree } from './metadata-tree.ts';

let settings: MetadataSettings = {
  leaves: {},
  documents: {},
  fault: null,
  delay: 0,
  hardened: false,
  hasAll: true,
};
let requests: string[] = [];
let hosts = new Set<string>();
const tokens = new Set<string>();
const html =
  '<?xml version="1.0" encoding="iso-8859-1"?>\n<html><head><title>404 - Not Found</title></head></html>\n';

const server = createServer((request, response) => {
  requests.push(`${request.method} ${request.url}`);
  hosts.add((request.socket.localAddress ?? '').replace(/^::ffff:/, ''));
  const { delay } = settings;
  if (delay === 0) handle(request, response);
  else setTimeout(() => handle(request, response), delay);
});

function handle(request: IncomingMessage, response: ServerResponse): void {
  const path = (request.url ?? '/').replace(/\/$/, '');
  const isToken = path === '/latest/api/token';
  const inTree = /^\/(?:latest|2016-01-01)\/meta-data(?:\/(?<rest>.*))?$/.exec(path);
  const rest = inTree?.groups?.rest ?? '';
  const kind = isToken ? 'token' : rest === 'all' ? 'all' : 'leaves';
  const { fault } = settings;
  const struck = fault !== null && (fault.on === 'everything' || fault.on === kind) ? fault : null;
  const document = settings.documents[path];
  const refused = document === undefined ? refusal(request, isToken) : 200;
  const leaf = inTree === null ? undefined : content(rest);
  const body = isToken ? issueToken(request) : (document ?? leaf);
  if (struck !== null) fail(response, struck, body ?? '');
  else if (refused !== 200) send(response, refused, html);
  else if (body === undefined) send(response, 404, html);
  else send(response, 200, body);
}

function refusal(request: IncomingMessage, isToken: boolean): 200 | 400 | 401 | 403 {
  if (request.headers['x-forwarded-for'] !== undefined) return 403;
  if (isToken) {
    const ttl = Number(request.headers['x-aliyun-ecs-metadata-token-ttl-seconds']);
    return request.method === 'PUT' && ttl >= 1 && ttl <= 21_600 ? 200 : 400;
  }
  const token = request.headers['x-aliyun-ecs-metadata-token'];
  if (token === undefined) return settings.hardened ? 403 : 200;
  return tokens.has(String(token)) ? 200 : 401;
}

function issueToken(request: IncomingMessage): string | undefined {
  if (request.method !== 'PUT') return undefined;
  const token = `TOKEN${tokens.size.toString().padStart(4, '0')}==`;
  tokens.add(token);
  return token;
}

function content(path: string): string | undefined {
  if (path === 'all') return settings.hasAll ? JSON.stringify(metadataTree(settings.leaves)) : undefined;
  return settings.leaves[path] ?? metadataListing(settings.leaves, path);
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, {
    'content-type': body === html ? 'text/html' : 'text/plain',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}

function fail(response: ServerResponse, fault: Fault, body: string): void {
  const half = body.slice(0, Math.ceil(body.length / 2));
  switch (fault.kind) {
    case '404':
      send(response, 404, html);
      break;
    case 'empty':
      send(response, 200, '');
      break;
    case '503':
    case '429':
    case '403':
      send(response, Number(fault.kind), 'Too many requests\n');
      break;
    case 'html':
      send(response, 200, html);
      break;
    case 'truncated':
      send(response, 200, half);
      break;
    case 'cut':
      response.writeHead(200, { 'content-length': Buffer.byteLength(body) + 1 });
      response.write(half, () => response.socket?.resetAndDestroy());
      break;
    case 'reset':
      response.socket?.resetAndDestroy();
      break;
    case 'hang':
      break;
  }
}

function obey(command: MetadataCommand): object {
  if (command.do === 'set') settings = { ...settings, ...command.settings };
  if (command.do === 'reset') {
    requests = [];
    hosts = new Set();
  }
  return { requests, hosts: [...hosts] };
}

createInterface({ input: process.stdin })
  .on('line', (line) => {
    process.stdout.write(`${JSON.stringify(obey(JSON.parse(line) as MetadataCommand))}\n`);
  })
  .on('close', () => process.exit(0));

server.keepAliveTimeout = 1000;
server.listen(80, '::', () => process.stdout.write('listening\n'));
