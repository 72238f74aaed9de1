import { expect, test } from 'vitest';
import { untilConfigured } from '../enid.ts';
import type { Guest } from '../guest.ts';
import { expectAllWell, type Scene, untilOnly, untilPrimaryAnswers } from '../scene.ts';

/** Needs eth1 and eth2 with slots 1 and 2, and eth3 free; leaves them so. */
export function powerCut(scene: Scene): void {
  // Without a network service there is no moment between the files and their NIC.
  if (scene.system.detects.stack === 'none') return;

  test('the power fails in the middle of a change, and the boot finds the files as they were', async () => {
    const { guest, vpc } = scene;
    // At the next boot only; nothing but enid itself sees to it after this that its files reach the disk.
    await guest.must('ln -s /dev/null /etc/systemd/system/enid.service; sync');
    const before = await digestOfFiles(guest);
    await haltWhileActivating(guest);
    const nic = await vpc.attach({ subnet: 1 });
    await expect
      .poll(() => guest.read('/run/halted'), { timeout: 180_000, interval: 200 })
      .toBe('activating\n');
    expect(await digestOfFiles(guest)).not.toBe(before);

    // Some services ask for a lease of any NIC, and its default route would be theirs and not enid's.
    await guest.dhcp(nic, null);
    await guest.powerCycle();

    expect(await digestOfFiles(guest)).toBe(before);
    expect(await guest.must('find /var/lib/enid/transactions -name pending')).toBe('');
    await untilPrimaryAnswers(scene);
  });

  test('the daemon makes the change once more', async () => {
    await scene.guest.dhcp(scene.nic('eth3'), {});
    await scene.guest.must(
      'rm /etc/systemd/system/enid.service; systemctl daemon-reload; systemctl start enid',
    );
    await untilConfigured(scene.guest, 'eth3');
    await expectAllWell(scene);
    await scene.vpc.detach(scene.nic('eth3'));
    await untilOnly(scene, 3);
    await expectAllWell(scene);
  });
}

function digestOfFiles(guest: Guest): Promise<string> {
  return guest.must('find /etc -type f -exec sha256sum {} + | sort -k 2 | sha256sum');
}

/** Stops the daemon (SIGSTOP) as soon as its next change has written its files and has them taken up. */
async function haltWhileActivating(guest: Guest): Promise<void> {
  await guest.must(`cat >/root/halt <<'END'
cd /var/lib/enid/transactions
known=$(ls)
until id=$(ls | grep -vxF "$known") && grep -qs '"activating"' "$id/journal"; do sleep 0.05; done
kill -STOP $(systemctl show --property MainPID --value enid)
echo activating >/run/halted
END
systemd-run --quiet sh /root/halt`);
}
