import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dhclient } from './dhclient.ts';
import { dhcpcd } from './dhcpcd.ts';
import { networkd } from './networkd.ts';
import { networkManager } from './networkmanager.ts';
import { routesInBytes } from './option-121.ts';
import type { LeaseSource } from './source.ts';
import { wicked } from './wicked.ts';

const captured = (name: string) => readFile(new URL(`testdata/${name}`, import.meta.url));
const link = { name: 'eth1', index: 3 };
const bytesOf = (text: string) => new TextEncoder().encode(text);
const sources = { dhclient, dhcpcd, networkd, networkManager, wicked };
const lease = { address: '10.0.1.20', gateway: '10.0.1.253', prefixLength: null, mac: null };
const mac = '00:16:3e:12:16:01';

describe('what the clients wrote down', () => {
  it.each<[string, LeaseSource, string | null, number | null]>([
    ['dhclient.leases', dhclient, null, 24],
    ['dhcpcd.lease', dhcpcd, mac, 24],
    ['networkd', networkd, mac, null],
    ['networkmanager', networkManager, mac, null],
  ])('is read: %s', async (file, source, whose, prefixLength) => {
    expect(source.parse(await captured(file), link)).toEqual({ ...lease, prefixLength, mac: whose });
  });

  it('is read as wicked prints it', () => {
    const text = `INTERFACE='eth1'\nTYPE='dhcp'\nFAMILY='ipv4'\nIPADDR='10.0.1.20/24'\nPREFIXLEN='24'\nGATEWAYS='10.0.1.253 10.0.1.254'\nCLIENTID='ff:00:16:3e:01'\n`;

    expect(wicked.parse(bytesOf(text), link)).toEqual(lease);
    expect(wicked.parse(bytesOf(text), { name: 'eth2' })).toBeNull();
  });

  it('says nothing where it is cut off before its end', async () => {
    for (const [file, source] of [
      ['dhclient.leases', dhclient],
      ['dhcpcd.lease', dhcpcd],
    ] as const) {
      const whole = await captured(file);
      for (let end = 0; end < whole.length - 2; end++)
        expect(source.parse(whole.subarray(0, end), link)).toBeNull();
    }
  });

  it('is never a lease that nobody wrote, whatever the bytes', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.constantFrom(...Object.values(sources)),
        (bytes, source) => {
          expect(source.parse(bytes, link)).toBeNull();
        },
      ),
    );
  });
});

describe('dhclient', () => {
  const block = (lines: string) => `lease {\n  interface "eth1";\n  fixed-address 10.0.1.20;\n${lines}}\n`;
  const parse = (text: string) => dhclient.parse(bytesOf(text), link);

  it('takes the last lease of the interface', () => {
    const other = block('').replace('eth1', 'eth2').replace('.20', '.99');
    const renewed = block('  option routers 10.0.1.1;\n').replace('.20', '.21');

    expect(parse(block('  option routers 10.0.1.253;\n') + renewed + other)).toEqual({
      ...lease,
      address: '10.0.1.21',
      gateway: '10.0.1.1',
    });
  });

  it('takes the default of option 121 before the router, by either name', () => {
    const told = (name: string) => block(`  option routers 10.0.1.253;\n  option ${name} 0,10,0,1,1;\n`);

    expect(parse(told('rfc3442-classless-static-routes'))?.gateway).toBe('10.0.1.1');
    expect(parse(told('classless-static-routes'))?.gateway).toBe('10.0.1.1');
  });

  it('takes the router where option 121 has no default, and none where nothing names one', () => {
    const routes = '  option rfc3442-classless-static-routes 16,172,31,10,0,1,1;\n';

    expect(parse(block(`  option routers 10.0.1.253;\n${routes}`))?.gateway).toBe('10.0.1.253');
    expect(parse(block(routes))).toEqual({ ...lease, gateway: null });
  });

  it('says nothing with a router or routes that are none', () => {
    expect(parse(block('  option routers nowhere;\n'))).toBeNull();
    expect(parse(block('  option rfc3442-classless-static-routes 33,1,2;\n'))).toBeNull();
    expect(parse(block('').replace('10.0.1.20', '10.0.1'))).toBeNull();
  });

  it('takes neither 0.0.0.0 nor the address itself for a gateway', () => {
    expect(parse(block('  option routers 0.0.0.0;\n'))?.gateway).toBeNull();
    expect(parse(block('  option routers 10.0.1.20;\n'))?.gateway).toBeNull();
  });

  it('tells whose lease it is by the client identifier', () => {
    expect(parse(block('  option dhcp-client-identifier 1:0:16:3e:12:16:1;\n'))?.mac).toBe(mac);
    expect(parse(block('  option dhcp-client-identifier "server";\n'))?.mac).toBeNull();
  });
});

describe('the file of a link', () => {
  it.each<[LeaseSource, readonly string[]]>([
    [
      dhclient,
      [
        'dhclient.eth1.leases',
        'dhclient-eth1.leases',
        'dhclient--eth1.lease',
        'dhclient-68138e1e-9cbc-547f-992f-8d4694441f2b-eth1.lease',
      ],
    ],
    [dhcpcd, ['eth1.lease', 'dhcpcd-eth1.lease']],
    [networkd, ['3']],
    [networkManager, ['3']],
    [wicked, ['leaseinfo.eth1.dhcp.ipv4']],
  ])('is known by its name', (source, names) => {
    for (const name of names) {
      expect(source.isOf(name, link)).toBe(true);
      expect(source.isOf(name, { name: 'eth11', index: 31 })).toBe(false);
      expect(source.isOf(name, { name: 'th1', index: 0 })).toBe(false);
    }
  });
});

describe('option 121', () => {
  it('is read to its last byte or not at all', () => {
    const bytes = [0, 10, 0, 1, 253, 25, 172, 31, 5, 128, 10, 0, 1, 1];

    expect(routesInBytes(bytes)).toEqual([
      { destination: '0.0.0.0/0', gateway: '10.0.1.253' },
      { destination: '172.31.5.128/25', gateway: '10.0.1.1' },
    ]);
    expect(routesInBytes([])).toEqual([]);
    for (const end of [1, 4, 6, 13]) expect(routesInBytes(bytes.slice(0, end))).toBeNull();
  });
});
