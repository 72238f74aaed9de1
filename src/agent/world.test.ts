import { beforeEach, describe, expect, it } from 'vitest';
import { readKernel } from '../kernel/read.ts';
import type { InstanceNetwork } from '../model/instance.ts';
import type { KernelState } from '../model/kernel.ts';
import type { Result } from '../model/problem.ts';
import { emptyState } from '../model/state.ts';
import { saveState } from '../state/save.ts';
import type { World } from '../transaction/ladder.ts';
import type { ProbeName, Undo } from '../transaction/records.ts';
import { type FakeMachine, fakeMachine } from './testing.ts';
import { worldBefore } from './world-before.ts';

const undo: Undo = { release: [], scoped: [], start: [], restart: [], primary: 'eth0', extent: null };
const lease = '10.0.0.5/24 scope global dynamic';
const static5 = '10.0.0.5/24 scope global';
const visitor = '10.0.0.100/24 scope global secondary';

function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.problem.message);
  return result.value;
}

let machine: FakeMachine;
let snapshot: KernelState;
beforeEach(async () => {
  machine = await fakeMachine();
});

/** The machine with this snapshot; `answered` undefined: nobody asked. */
async function worldOn(addresses: readonly string[], answered?: readonly ProbeName[]): Promise<World> {
  machine.kernel = { up: true, addresses, default: '10.0.0.253' };
  snapshot = value(await readKernel(machine.ports));
  const planned = { snapshot, undo, ...(answered === undefined ? {} : { answered }) };
  const world = await worldBefore(machine.ports, planned);
  if (world === null) throw new Error('no world');
  machine.looks = 0;
  return world;
}

/** What the metadata lists for the primary. */
async function believe(addresses: readonly string[]): Promise<void> {
  const none = { dhcp: false, addresses: [], prefixLength: null, subnet: null, gateway: null, prefixes: [] };
  const mac = '00:16:3e:00:00:01';
  const nic = { mac, name: null, id: null, primary: true, mtu: null, ipv6: none, vlan: null };
  const believed = {
    schema: 1,
    cloud: 'alibaba',
    instanceId: null,
    primaryMac: mac,
    dns: [],
    interfaces: [{ ...nic, ipv4: { ...none, addresses } }],
  } as unknown as InstanceNetwork;
  value(await saveState(machine.ports.files, { ...emptyState, believed }));
}

describe('the machine as it was before', () => {
  it('is reachable with its address and its default route, and not without one of them', async () => {
    const world = await worldOn([lease]);
    expect(await world.reachable()).toBe(true);
    machine.kernel = { up: true, addresses: [lease], default: '' };
    expect(await world.reachable()).toBe(false);
    machine.kernel = { up: true, addresses: [], default: '10.0.0.253' };
    expect(await world.reachable()).toBe(false);
    machine.kernel = { up: false, addresses: [lease], default: '10.0.0.253' };
    expect(await world.reachable()).toBe(false);
  });

  it.each([
    ['that was not asked before', undefined, true],
    ['that did not answer before', [], true],
    ['that answered before', ['gateway'], false],
  ] as const)('a silent gateway %s', async (_, answered, reachable) => {
    const world = await worldOn([lease], answered);
    machine.gateway = 'FAILED';
    expect(await world.reachable()).toBe(reachable);
  });

  it('is looked at again where the kernel cannot be read, and the probes decide at last', async () => {
    const world = await worldOn([lease], ['gateway']);
    machine.kernel = null;
    expect(await world.reachable()).toBe(true);
    expect(machine.looks).toBe(5);
    machine.gateway = 'FAILED';
    expect(await world.reachable()).toBe(false);
    const unprobed = await worldOn([lease]);
    machine.kernel = null;
    expect(await unprobed.reachable()).toBe(true);
  });

  it('does not miss an address that is neither its lease nor in the metadata', async () => {
    const leased = await worldOn([lease, visitor]);
    machine.kernel = { up: true, addresses: [lease], default: '10.0.0.253' };
    expect(await leased.reachable()).toBe(true);
    expect(snapshot.addresses.filter((address) => !leased.isOwn(address))).toMatchObject([
      { address: '10.0.0.100' },
    ]);

    await believe(['10.0.0.5']);
    const listed = await worldOn([visitor, static5]);
    machine.kernel = { up: true, addresses: [static5], default: '10.0.0.253' };
    expect(await listed.reachable()).toBe(true);
    machine.kernel = { up: true, addresses: [visitor], default: '10.0.0.253' };
    expect(await listed.reachable()).toBe(false);
  });

  it('misses every address where neither a lease nor the metadata tells which are its own', async () => {
    const world = await worldOn([static5, visitor]);
    machine.kernel = { up: true, addresses: [static5], default: '10.0.0.253' };
    expect(await world.reachable()).toBe(false);
  });

  it('is not judged where the primary is not known, and is none where nothing was to be activated', async () => {
    await worldOn([lease]);
    const { ports } = machine;
    machine.kernel = null;
    const unjudged = await worldBefore(ports, { snapshot, undo: { ...undo, primary: 'eth9' } });
    expect(await unjudged?.reachable()).toBe(true);
    expect(await worldBefore(ports, { snapshot: null, undo })).toBe(null);
  });
});
