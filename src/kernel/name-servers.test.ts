import { expect, test } from 'vitest';
import { ok } from '../model/problem.ts';
import { parseNameServers, readNameServers } from './name-servers.ts';

test('name servers of resolv.conf, without the machine itself and what needs a link', () => {
  const text = [
    '# nameserver 192.0.2.1',
    'search example',
    'nameserver 127.0.0.53',
    ' nameserver\t100.100.2.136 ',
    'nameserver fe80::1%eth0',
    'nameserver ::1',
    'nameserver 2001:DB8::53',
    'nameserver',
    'options edns0',
  ].join('\n');
  expect(parseNameServers(text)).toEqual(['100.100.2.136', '2001:db8::53']);
});

test('behind the stub of systemd-resolved are those that it asks, each once', async () => {
  const texts = new Map([
    ['/etc/resolv.conf', 'nameserver 127.0.0.53\nnameserver 100.100.2.138'],
    ['/run/systemd/resolve/resolv.conf', 'nameserver 100.100.2.136\nnameserver 100.100.2.138'],
  ]);
  const files = { readText: (path: string) => Promise.resolve(ok(texts.get(path) ?? null)) };
  expect(await readNameServers(files)).toEqual(['100.100.2.138', '100.100.2.136']);
  texts.clear();
  expect(await readNameServers(files)).toEqual([]);
});
