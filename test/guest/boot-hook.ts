import type { Guest } from './guest.ts';
import { say } from './progress.ts';

/**
 * Seconds that the hook may hold the boot: 10 of waiting for the metadata (packaging/cloud-init), 10 for a lease at most,
 * and what starting, looking and taking up a NIC cost on an emulated processor, of two guests at a time.
 */
export const longestHook = 40;

const unit = 'cloud-scripts.service';

/**
 * Where the image has no cloud-init: a unit that runs enid's hook where cloud-final.service runs the scripts of each boot
 * (cloud-init 22.4: after network-online.target and multi-user.target).
 */
export async function installBootHook(guest: Guest): Promise<void> {
  await guest.must(`cat >/etc/systemd/system/${unit} <<'EOF'
[Unit]
Description=Scripts of each boot
After=network-online.target multi-user.target
Wants=network-online.target
[Service]
Type=oneshot
ExecStart=/var/lib/cloud/scripts/per-boot/60-enid
RemainAfterExit=yes
[Install]
WantedBy=multi-user.target
EOF
systemctl daemon-reload
systemctl enable ${unit}`);
}

export async function removeBootHook(guest: Guest): Promise<void> {
  await guest.must(
    `systemctl disable --now ${unit}; rm /etc/systemd/system/${unit}; systemctl daemon-reload`,
  );
}

/** How the hook ended, as who ran it puts it, and the seconds it took. */
export interface HookEnd {
  readonly result: string;
  readonly seconds: number;
}

/** By systemd, which says `success` where the boot is not marked as failed. */
export async function bootHook(guest: Guest): Promise<HookEnd> {
  const text = await guest.must(
    `systemctl show ${unit} -p Result -p ExecMainStartTimestampMonotonic -p ExecMainExitTimestampMonotonic`,
  );
  const property = (name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(text)?.[1] ?? '';
  const [from, to] = ['Start', 'Exit'].map((end) => Number(property(`ExecMain${end}TimestampMonotonic`)));
  const seconds = ((to ?? 0) - (from ?? 0)) / 1e6;
  say(`the hook took ${seconds.toFixed(1)} s: ${property('Result')}`);
  return { result: property('Result'), seconds };
}

/** By cloud-init's log, which has `SUCCESS` where no script of this boot failed. */
export async function scriptsOfThisBoot(guest: Guest): Promise<HookEnd> {
  const log = await guest.must('grep config-scripts-per-boot /var/log/cloud-init.log');
  const last = (what: string): RegExpMatchArray | undefined =>
    [
      ...log.matchAll(
        new RegExp(`^(\\S+ \\S+),(\\d+) .*${what}: modules-final/config-scripts-per-boot: (.*)$`, 'gm'),
      ),
    ].at(-1);
  const [start, finish] = [last('start'), last('finish')];
  const time = (line = start): number => Date.parse(`${line?.[1]?.replace(' ', 'T')}.${line?.[2]}Z`);
  const seconds = (time(finish) - time(start)) / 1000;
  const result = finish?.[3]?.split(':')[0] ?? '';
  say(`cloud-init's scripts of this boot took ${seconds.toFixed(1)} s: ${result}`);
  return { result, seconds };
}
