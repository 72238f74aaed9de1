import { expect, test } from 'vitest';
import { type Scene, untilOk } from '../scene.ts';

/** The settings, of those that enid sets for a NIC, that the primary and the NICs to come have. */
const sysctls =
  "sysctl -a 2>/dev/null | grep -E '^net.ipv[46].conf.(all|default|eth0).(rp_filter|arp_|accept_ra)' | sort";

/** What enid says of a machine that it has not touched. */
export function detection(scene: Scene): void {
  const { system, cloud } = scene;

  test('the stack is detected, with evidence', async () => {
    await untilOk(scene);
    const found = JSON.parse(await scene.guest.must('enid detect --json'));
    expect(found).toMatchObject({ cloud: cloud.id, distro: { id: 'debian' }, ...system.detects });
    expect(JSON.stringify(found.evidence)).toMatch(system.evidence);
    expect(await scene.guest.must('systemctl is-active enid')).toBe('active\n');
    // Kept aside: no case may change it.
    await scene.guest.must(`cp -L /etc/resolv.conf /root/resolv.conf; ${sysctls} >/root/sysctls`);
  });
}

/** The machine's name servers are what they were before the first NIC came. */
export async function expectSameResolvers({ guest }: Scene): Promise<void> {
  const [before, now] = [await guest.must('cat /root/resolv.conf'), await guest.must('cat /etc/resolv.conf')];
  expect(now).toBe(before);
}

/** No NIC that is there has a setting which it did not have before the first one came. */
export async function expectSameSysctls({ guest }: Scene): Promise<void> {
  const [before, now] = [await guest.must('cat /root/sysctls'), await guest.must(sysctls)];
  expect(before).toContain('net.ipv4.conf.eth0.arp_ignore = ');
  expect(now).toBe(before);
}
