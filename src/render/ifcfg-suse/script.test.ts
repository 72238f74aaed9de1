import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import type { Address } from '../../model/address.ts';
import { rendered } from '../ifcfg/rendering.ts';
import { family, network, route, secondary, stackOf } from '../testing.ts';

/** The scripts and lines as iproute2 and the kernel take them, in a network namespace that dies with the shell. */
const root = process.getuid?.() === 0;

const byPrimary = { table: 21000, device: 'eth0', source: '10.0.0.10' as Address };
const nic = secondary({
  ipv4: family({ method: 'static' }),
  routes: [
    route('10.0.1.0/24', null),
    route('0.0.0.0/0', '10.0.1.253', { onlink: true }),
    route('10.0.0.0/24', null, byPrimary),
    route('0.0.0.0/0', '10.0.0.253', byPrimary),
  ],
});

/** eth0 is the primary with its address, eth1 the NIC, up and with its /32. */
const machine = `
mount -t sysfs sysfs /sys
ip link set lo up
ip link add eth0 address 00:16:3e:00:00:00 type veth peer name peer0
ip link add eth1 address 00:16:3e:00:00:01 type veth peer name peer1
for link in eth0 eth1 peer0 peer1; do ip link set $link up; done
ip addr add 10.0.0.10/24 dev eth0
ip addr add 10.0.1.20/32 dev eth1
`;
const look =
  'ip -4 rule; for table in 21000 21001; do ip -4 route show table $table 2>/dev/null || true; done; echo --';

/** What `look` printed, each time. */
function inNamespace(commands: string): readonly string[] {
  const output = execFileSync('unshare', ['--net', '--mount', '/bin/sh', '-eu'], {
    input: machine + commands,
    encoding: 'utf8',
    timeout: 20_000,
  });
  return output.split('--\n').map((part) =>
    part
      .split('\n')
      .map((line) => line.trim().replace(/\s+/g, ' '))
      .filter((line) => line !== '')
      .join('\n'),
  );
}

describe.skipIf(!root)('in a namespace (needs root)', () => {
  it('the scripts set, set again without doubling, and take away', async () => {
    const stack = stackOf('ifcfg-suse', { kernel: [3, 0] }, { id: 'sysconfig' });
    const made = await rendered(network([nic]), stack);
    const script = (end: string) => [...made].find(([path]) => path.endsWith(end))?.[1].text ?? '';
    const run = (end: string) => `sh -u <<'EOF_SCRIPT'\n${script(end)}EOF_SCRIPT\n${look}\n`;

    const [once, twice, gone] = inNamespace(run('-up') + run('-up') + run('-down'));

    expect(once).toBe(
      [
        '0: from all lookup local',
        '21001: from 10.0.1.20 lookup 21001',
        '21001: from 10.0.1.21 lookup 21001',
        '21997: from 0.0.0.0 to 10.0.1.0/24 lookup main suppress_prefixlength 24',
        '21998: from 0.0.0.0 to 10.0.1.0/24 lookup 21001',
        '32766: from all lookup main',
        '32767: from all lookup default',
        'default via 10.0.0.253 dev eth0 src 10.0.0.10',
        '10.0.0.0/24 dev eth0 scope link src 10.0.0.10',
        'default via 10.0.1.253 dev eth1 src 10.0.1.20 onlink',
      ].join('\n'),
    );
    expect(twice).toBe(once);
    expect(gone).not.toMatch(/^21\d\d\d:/m);
  });

  it('the scripts do nothing for a NIC with another MAC', async () => {
    const stack = stackOf('ifcfg-suse', { kernel: [3, 0] }, { id: 'sysconfig' });
    const clone = secondary({ ...nic, mac: '00:16:3e:00:00:77' as typeof nic.mac });
    const made = await rendered(network([clone]), stack);
    const up = [...made].find(([path]) => path.endsWith('-up'))?.[1].text ?? '';

    const [after] = inNamespace(`sh -u <<'EOF_UP'\n${up}\nEOF_UP\n${look}\n`);

    expect(after).not.toContain('2100');
  });

  it('every line of route- and rule- is one that iproute2 takes', async () => {
    const stack = stackOf('ifcfg', {}, { id: 'network-scripts' });
    const made = await rendered(network([nic]), stack);
    const add = (kind: string) =>
      [...made]
        .filter(([path]) => path.includes(`/${kind}-`))
        .flatMap(([, file]) => file.text.split('\n').filter((line) => line !== '' && !line.startsWith('#')))
        .map((line) => `ip -4 ${kind} add ${line}\n`)
        .join('');

    const [state] = inNamespace(`${add('route')}${add('rule')}${look}\n`);

    expect(state).toContain('10.0.1.0/24 dev eth1 scope link src 10.0.1.20');
    expect(state).toContain('default via 10.0.1.253 dev eth1 src 10.0.1.20 onlink');
    expect(state).toContain('21998: from 0.0.0.0 to 10.0.1.0/24 lookup 21001');
  });
});

it('a shell can read every script', async () => {
  for (const stack of [
    stackOf('ifcfg-suse', { wicked: [0, 6, 20] }, { id: 'wicked' }),
    stackOf('ifcfg-suse', {}, { id: 'sysconfig' }),
  ]) {
    const scripts = [...(await rendered(network([nic]), stack)).values()].filter(
      (file) => file.mode === 0o755,
    );
    expect(scripts).toHaveLength(2);
    for (const { text } of scripts) {
      expect(() => execFileSync('/bin/sh', ['-n'], { input: text })).not.toThrow();
    }
  }
});
