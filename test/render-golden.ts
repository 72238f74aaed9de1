import { readFile } from 'node:fs/promises';
import { defaultConfig } from '../src/config/defaults.ts';
import { assumedStack } from '../src/distro/assumed.ts';
import { parseInstance } from '../src/metadata/instance-schema.ts';
import type { Address } from '../src/model/address.ts';
import type { DesiredNetwork } from '../src/model/desired.ts';
import type { RenderedFile } from '../src/model/file.ts';
import type { Mac } from '../src/model/mac.ts';
import type { Result } from '../src/model/problem.ts';
import type { Stack } from '../src/model/stack.ts';
import { emptyState, type State } from '../src/model/state.ts';
import { desire } from '../src/network/desire.ts';
import { imagineKernel } from '../src/network/imagine.ts';
import { formats } from '../src/render/registry.ts';
import { render } from '../src/render/render.ts';
import { type TemplateSource, templateSource } from '../src/render/templates.ts';
import type { GoldenCase, GoldenSystem } from './golden-systems.ts';

/** The repository's own templates. */
export const shippedTemplates: TemplateSource = templateSource([
  {
    directory: new URL('../templates', import.meta.url).pathname,
    files: {
      readText: async (path) => ({ ok: true, value: await readFile(path, 'utf8').catch(() => null) }),
    },
  },
]);

/** What the lease of eth1 said; the DHCP server of the tests gives it. */
const told: State['learned'] = new Map([
  [
    '00:16:3e:12:16:01' as Mac,
    {
      ipv4: { address: '10.0.1.20' as Address, prefixLength: 24, gateway: '10.0.1.253' as Address },
      ipv6: { address: '2001:db8:1::20' as Address, prefixLength: 64, gateway: 'fe80::1' as Address },
    },
  ],
]);

export interface Golden {
  readonly network: DesiredNetwork;
  readonly files: readonly RenderedFile[];
}

/** What `enid render` makes of a saved case for a system. */
export function renderGolden(system: GoldenSystem, name: GoldenCase): Promise<Golden> {
  const assumed = expectValue(assumedStack(system.os, system.stack));
  return renderSaved(assumed.stack, name);
}

/** What a stack gets in a saved case. */
export async function renderSaved(stack: Stack, name: GoldenCase): Promise<Golden> {
  const file = `${name.replace('-told', '')}.json`;
  const text = await readFile(new URL(`fixtures/${file}`, import.meta.url), 'utf8');
  const instance = expectValue(parseInstance(JSON.parse(text), file));
  const state = name.endsWith('-told') ? { ...emptyState, learned: told } : emptyState;
  const { network } = expectValue(
    desire({
      instance,
      kernel: imagineKernel(instance),
      config: defaultConfig,
      state,
      claims: new Map(),
      removed: new Set(),
      leases: new Map(),
      primaryAgreed: true,
      stack,
      connected: (method, family) => formats[stack.format].connected(stack, method, family),
      ruleForms: formats[stack.format].ruleForms(stack),
    }),
  );
  const files = expectValue(await render(network, stack, shippedTemplates, { dns: false }));
  return { network, files };
}

function expectValue<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new Error(`${result.problem.code}: ${result.problem.place}: ${result.problem.message}`);
}
