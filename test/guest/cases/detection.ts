import { expect, test } from 'vitest';
import { type Scene, untilOk } from '../scene.ts';

/** What enid says of a machine that it has not touched. */
export function detection(scene: Scene): void {
  const { system } = scene;

  test('the stack is detected, with evidence', async () => {
    await untilOk(scene);
    const found = JSON.parse(await scene.guest.must('enid detect --json'));
    expect(found).toMatchObject({ cloud: 'alibaba', distro: { id: 'debian' }, ...system.detects });
    expect(JSON.stringify(found.evidence)).toMatch(system.evidence);
    expect(await scene.guest.must('systemctl is-active enid')).toBe('active\n');
    // Kept aside: no case may change it.
    await scene.guest.must('cp -L /etc/resolv.conf /root/resolv.conf');
  });
}

/** The machine's name servers are what they were before the first NIC came. */
export async function expectSameResolvers({ guest }: Scene): Promise<void> {
  const [before, now] = [await guest.must('cat /root/resolv.conf'), await guest.must('cat /etc/resolv.conf')];
  expect(now).toBe(before);
}
