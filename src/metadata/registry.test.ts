import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultConfig } from '../config/defaults.ts';
import { fail, ok } from '../model/problem.ts';
import type { Exec } from '../ports/exec.ts';
import type { Files } from '../ports/files.ts';
import type { DmiField } from './dmi.ts';
import { parseInstance, printInstance } from './instance-schema.ts';
import type { FetchContext, Raw } from './provider.ts';
import { providers } from './registry.ts';

const fixtures = fileURLToPath(new URL('../../test/fixtures/metadata', import.meta.url));

/** What the firmware says in each cloud that is known; null: enid has no provider for it. */
const machines: readonly [Partial<Record<DmiField, string>>, string | null][] = [
  [{ product_name: 'Alibaba Cloud ECS', sys_vendor: 'Alibaba Cloud' }, 'alibaba'],
  [{ product_name: 'Alibaba Cloud' }, null],
  [{ chassis_asset_tag: 'HUAWEICLOUD', product_name: 'OpenStack Nova' }, 'huawei'],
  [{ chassis_asset_tag: 'OpenTelekomCloud', product_name: 'OpenStack Nova' }, 'huawei'],
  [{ product_name: 'OpenStack Nova', sys_vendor: 'OpenStack Foundation' }, 'openstack'],
  [{ product_name: 'OpenStack Compute' }, 'openstack'],
  [{ product_name: 'KVM', chassis_asset_tag: 'OpenStack Nova' }, 'openstack'],
  [{ chassis_asset_tag: 'SAP CCloud VM' }, 'openstack'],
  [{ sys_vendor: 'OpenStack Foundation' }, null],
  [{ chassis_asset_tag: 'OracleCloud.com' }, null],
  [{ sys_vendor: 'Tencent Cloud', product_name: 'CVM' }, null],
  [{ sys_vendor: 'Amazon EC2', product_name: 't3.micro' }, null],
  [{ product_name: 'Google Compute Engine', product_serial: 'GoogleCloud-1' }, null],
  [{ chassis_asset_tag: '7783-7084-3265-9085-8269-3286-77' }, null],
  [{ sys_vendor: 'QEMU', product_name: 'Standard PC (i440FX + PIIX, 1996)' }, null],
  [{}, null],
];

function casesOf(id: string): readonly string[] {
  return readdirSync(`${fixtures}/${id}/cases`);
}

function read(id: string, name: string, file: string): string {
  return readFileSync(`${fixtures}/${id}/cases/${name}/${file}.json`, 'utf8');
}

describe('the registry', () => {
  it('has every id once, none of them a word of the configuration', () => {
    const ids = providers.map((provider) => provider.id);

    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^(?!auto$)[a-z][a-z0-9-]*$/);
  });

  it('recognises nothing where the firmware tells nothing', () => {
    expect(providers.filter((provider) => provider.detect(new Map()) !== null)).toEqual([]);
  });

  it.each(machines)('recognises %o as %s', (fields, expected) => {
    const dmi = new Map(Object.entries(fields) as [DmiField, string][]);

    const found = providers.find((provider) => provider.detect(dmi) !== null);

    expect(found?.id ?? null).toBe(expected);
  });
});

describe.each(providers.map((provider) => [provider.id, provider] as const))(
  'provider %s',
  (id, provider) => {
    it('has a bare HTTP endpoint or none', () => {
      expect(provider.endpoint ?? 'http://192.0.2.1').toMatch(/^http:\/\/[^/]+$/);
    });

    it('has fixtures', () => {
      expect(casesOf(id).length).toBeGreaterThan(0);
    });

    it.each(casesOf(id))('parses the fixture %s into the whole expected network', (name) => {
      const parsed = provider.parse(JSON.parse(read(id, name, 'raw')) as Raw);

      expect(parsed.ok && printInstance(parsed.value)).toBe(read(id, name, 'expected'));
      expect(parseInstance(JSON.parse(read(id, name, 'expected')), name)).toEqual(parsed);
    });

    it('answers any tree with a network that has its primary, or with a problem that names the source', () => {
      fc.assert(
        fc.property(fc.jsonValue(), (tree) => {
          const parsed = provider.parse({ source: 'the source', tree });

          if (!parsed.ok) expect(parsed.problem.place).toContain('the source');
          else expect(parsed.value.interfaces.some((nic) => nic.mac === parsed.value.primaryMac)).toBe(true);
        }),
      );
    });

    it('answers a fixture with any one value changed by a network that reads back, or by a problem', () => {
      const raws = casesOf(id).map((name) => JSON.parse(read(id, name, 'raw')) as Raw);
      const odd = fc.constantFrom<unknown>(
        null,
        '',
        7,
        true,
        [],
        {},
        ['x'],
        'x\ny',
        '[',
        '999.1.1.1',
        '::/200',
        '0.0.0.0/0',
        '\u0000',
      );
      fc.assert(
        fc.property(fc.constantFrom(...raws), fc.nat(), odd, (raw, pick, value) => {
          const parsed = provider.parse({ ...raw, tree: withChanged(raw.tree, pick, value) });

          if (parsed.ok) expect(parseInstance(JSON.parse(printInstance(parsed.value)), 'x')).toEqual(parsed);
          else expect(parsed.problem.place).toContain(raw.source);
        }),
        { numRuns: 300 },
      );
    });

    it('gives the problem when nothing can be reached or read', async () => {
      const missing = fail('command-missing', 'any', 'gone');
      const exec: Pick<Exec, 'run'> = { run: () => Promise.resolve(missing) };
      const nothing = (place: string) => Promise.resolve(fail('metadata-unreachable', place, 'gone'));
      const files: Pick<Files, 'readText' | 'linkTarget'> = {
        readText: () => Promise.resolve(ok(null)),
        linkTarget: () => Promise.resolve(ok(null)),
      };
      const context: FetchContext = {
        http: { request: (request) => nothing(request.url) },
        files: files as Files,
        exec: exec as Exec,
        clock: { now: () => new Date(0), monotonic: () => 0, sleep: () => Promise.resolve() },
        log: { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} },
        endpoint: null,
        settings: { ...defaultConfig.metadata, file: '/nowhere.json' },
      };

      const raw = await provider.open(context)({ deadline: 1_000 });

      expect(raw.ok).toBe(false);
    });
  },
);

/** The tree with its n-th inner value replaced, counted in any order, round and round. */
function withChanged(tree: unknown, pick: number, value: unknown): unknown {
  const copy = JSON.parse(JSON.stringify(tree)) as unknown;
  const places: (() => void)[] = [];
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const key of Object.keys(node)) {
      places.push(() => Object.assign(node, { [key]: value }));
      visit(Object.getOwnPropertyDescriptor(node, key)?.value);
    }
  };
  visit(copy);
  places[pick % Math.max(1, places.length)]?.();
  return copy;
}
