import { expect, it } from 'vitest';
import { readKernel } from '../kernel/read.ts';
import type { FileChange } from '../model/file.ts';
import type { Result } from '../model/problem.ts';
import { planSysctlsBack } from './sysctls-back.ts';
import { fakeMachine } from './testing.ts';

function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.problem.message);
  return result.value;
}

const key = (name: string) => `net/ipv4/conf/eth0/${name}`;
const kept = new Map(
  ['arp_ignore', 'arp_announce', 'rp_filter'].map((name) => [key(name), { former: '0', ours: '2' }]),
);

/** The plan back to a file with this text, null for no file, while /proc/sys holds these. */
async function planned(text: string | null, now: Readonly<Record<string, string>>) {
  const { ports } = await fakeMachine();
  for (const [name, held] of Object.entries(now))
    value(await ports.files.poke(`/proc/sys/${key(name)}`, `${held}\n`));
  const change: FileChange = {
    path: '/etc/sysctl.d/60-enid.conf',
    action: text === null ? 'remove' : 'replace',
    mac: null,
    before: null,
    after: text === null ? null : { text, mode: 0o644 },
  };
  const kernel = value(await readKernel(ports));
  const plan = value(await planSysctlsBack(ports.files, [change], kept, kernel));
  return {
    set: plan.set.map((setting) => `${setting.key.slice(key('').length)} ${setting.value}`),
    kept: [...plan.kept.keys()].map((entry) => entry.slice(key('').length)),
  };
}

it('sets what the file no longer asks for as it was before, unless somebody changed it since', async () => {
  expect(await planned(null, { arp_ignore: '2', arp_announce: '2', rp_filter: '1' })).toEqual({
    set: ['arp_ignore 0', 'arp_announce 0'],
    kept: [],
  });
});

it('sets what the former file asked for, and passes over what is gone with its link', async () => {
  const text = `# Managed by enid\n${key('arp_ignore')} = 1\n${key('rp_filter')} = 2\nnet/ipv4/conf/eth7/rp_filter = 2\n`;
  expect(await planned(text, { arp_ignore: '2', rp_filter: '2' })).toEqual({
    set: ['arp_ignore 1'],
    kept: ['arp_ignore', 'rp_filter'],
  });
});

it('does nothing where that file stays', async () => {
  const { ports } = await fakeMachine();
  const kernel = value(await readKernel(ports));
  expect(value(await planSysctlsBack(ports.files, [], kept, kernel))).toEqual({ set: [], kept });
});
