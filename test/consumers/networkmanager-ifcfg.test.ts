import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { networkManager } from '../../src/activate/networkmanager.ts';
import { assumedStack } from '../../src/distro/assumed.ts';
import type { RenderedFile } from '../../src/model/file.ts';
import { type Stack, versionAtLeast } from '../../src/model/stack.ts';
import type { Change } from '../../src/model/step.ts';
import { leavesItToScripts } from '../../src/render/ifcfg-nm/abilities.ts';
import { stackOf } from '../../src/render/testing.ts';
import { goldenFolder, goldenSystems, kernelCases } from '../golden-systems.ts';
import { renderSaved } from '../render-golden.ts';
import { differences, type Machine, makeServer, settled, writeFiles } from './machine.ts';
import { startNetworkManager } from './networkmanager.ts';
import { buildNetworkManager, networkManagerPrefix, type Suite } from './networkmanager-build.ts';

/*
 * A real NetworkManager with the plugin ifcfg-rh, which Debian leaves out of its own, reads the files of the systems that
 * use it; then the kernel is looked at. Needs root, dnsmasq, dbus-daemon, network-manager (nmcli and the dispatcher), and
 * what building it takes.
 */
let machine: Machine | undefined;
let built = '';

const building = (suite: Suite) =>
  beforeAll(async () => {
    built = await buildNetworkManager(suite);
  }, 1_800_000);

afterEach(async () => {
  await machine?.close();
});

/** With the bus policy that comes with the plugin, and no script of the host's. */
async function start(server: Machine): Promise<void> {
  await server.sh(`
cp -a ${built} ${networkManagerPrefix}
find /etc/NetworkManager/dispatcher.d -type f ! -name '*enid*' -delete
cat > /etc/dbus-1/system.d/ifcfg-rh.conf <<'END'
<busconfig><policy user="root"><allow own="com.redhat.ifcfgrh1"/></policy></busconfig>
END
${startNetworkManager('ifcfg-rh,keyfile', `${networkManagerPrefix}/NetworkManager`)}`);
}

/** What it logs about a key or line that it drops, or about a route that the kernel refuses. */
const complaint = /<warn>.*(ifcfg|rules?:|route)/;

/** The stacks of the systems that read ifcfg files through NetworkManager, by those systems' names. */
function shipped(): readonly { readonly names: string; readonly stack: Stack }[] {
  const found = new Map<string, { names: string; stack: Stack }>();
  for (const system of goldenSystems) {
    const assumed = assumedStack(system.os, system.stack);
    if (!assumed.ok || assumed.value.stack.format !== 'ifcfg-nm') continue;
    const { stack } = assumed.value;
    if (leavesItToScripts(stack)) continue;
    const version = String(stack.versions.networkmanager?.join('.'));
    const before = found.get(version);
    const name = goldenFolder(system);
    found.set(version, { names: before === undefined ? name : `${before.names}, ${name}`, stack });
  }
  return [...found.values()];
}

/** What either of two expressions names. */
function either(one: RegExp | null, other: RegExp | null): RegExp | null {
  const sources = [one, other].flatMap((expression) => expression?.source ?? []);
  return sources.length === 0 ? null : new RegExp(sources.join('|'));
}

/*
 * The forms for versions that lack a key: what they say is looked at, not whether such a version knows every key. Below
 * 1.30 a lease brings all its routes into the table, and the IPv6 default is two halves.
 */
const halves = /has 172\.31\.0\.0\/16 |has (::|8000::)\/1 via [\da-f:]+ |no route default via [\da-f:]+ /;

describe.each([
  { version: '1.42', suite: 'bookworm', but: null, complaint },
  // It sets a route to a gateway of its own accord, to the IPv6 one with success.
  {
    version: '1.30',
    suite: 'bullseye',
    but: /^21003 has fe80::1 dev eth3 /,
    complaint: /<warn>.*(ifcfg|rules?:)/,
  },
] as const)('NetworkManager $version', ({ suite, but, complaint }) => {
  building(suite);

  describe.each(shipped())('does as the files of $names say', ({ stack }) => {
    it.each(kernelCases)('%s', async (name) => {
      const { network, files } = await renderSaved(stack, name);
      machine = await makeServer(files);
      expect(await differences(machine, network)).not.toEqual([]);

      await start(machine);

      const own = versionAtLeast(stack.versions.networkmanager, 1, 30) ? null : halves;
      expect(await settled(machine, network, either(but, own))).toEqual([]);
      expect(await machine.sh('cat /run/nm.log')).not.toMatch(complaint);
    });
  });

  it('takes NICs up, changes them in place and lets them go by the steps of the activator', async () => {
    const stack = stackOf('ifcfg-nm', { networkmanager: [1, 30] });
    const leased = await renderSaved(stack, 'dhcp-3');
    const fixed = await renderSaved(stack, 'static-3');
    const server = await makeServer([]);
    machine = server;
    const policy = () => server.sh('ip rule; ip -6 rule; ip route');
    const before = await policy();
    const told = async (change: Partial<Change> & Pick<Change, 'network'>) => {
      const steps = networkManager.scoped({ stack, files: [], touched: [], gone: [], ...change });
      for (const { argv } of steps) await server.server.must(argv);
    };
    await start(server);

    await writeFiles(server.server, leased.files);
    await told({
      network: leased.network,
      touched: leased.network.secondaries,
      files: leased.files.map((file) => ({ ...file, action: 'create', before: null, after: file })),
    });
    expect(await settled(server, leased.network, but)).toEqual([]);

    const old = { bytes: new Uint8Array(), mode: 0o644, uid: 0, gid: 0 };
    await writeFiles(server.server, fixed.files);
    await told({
      network: fixed.network,
      touched: fixed.network.secondaries,
      files: fixed.files.map((file) => ({ ...file, action: 'replace', before: old, after: file })),
    });
    expect(await settled(server, fixed.network, but)).toEqual([]);

    await server.sh('rm /etc/sysconfig/network-scripts/*');
    const gone = fixed.network.secondaries.map((nic) => ({ ...nic, present: true }));
    await told({ network: { ...fixed.network, secondaries: [] }, gone });
    await expect.poll(policy, { timeout: 10_000 }).toBe(before);
  });

  it('would ignore routes and rules beside a file rule-NAME, so the tests above can fail', async () => {
    const { network, files } = await renderSaved(
      stackOf('ifcfg-nm', { networkmanager: [1, 30] }),
      'static-1',
    );
    const path = '/etc/sysconfig/network-scripts/rule-eth1';
    const rule: RenderedFile = { path, text: '', mode: 0o644, mac: null, template: '' };
    machine = await makeServer([...files, rule]);

    await start(machine);

    await expect.poll(() => machine?.sh('ip addr show dev eth1')).toContain('10.0.1.20');
    expect((await differences(machine, network)).join('\n')).toMatch(/no rule .*no route /s);
    expect(await machine.sh('cat /run/nm.log')).toMatch(complaint);
  });
});

describe.each([{ version: [1, 8], but: null }])(
  'NetworkManager 1.42 does as the files for version $version say',
  ({ version, but }) => {
    building('bookworm');

    it.each(kernelCases)('%s', async (name) => {
      const { network, files } = await renderSaved(stackOf('ifcfg-nm', { networkmanager: version }), name);
      machine = await makeServer(files);

      await start(machine);

      expect(await settled(machine, network, but)).toEqual([]);
      expect(await machine.sh('cat /run/nm.log')).not.toMatch(complaint);
    });
  },
);
