import type { Step } from '../model/step.ts';
import { tell } from './steps.ts';

/**
 * netplan's generator writes every file of its back end anew, also at each `systemctl daemon-reload`, and `networkctl reload`
 * sets up again each NIC whose file has another inode or time than the one it read, the primary included: that lets go of
 * its lease and of the default route for some 100 ms (seen with systemd 252). So the files as networkd read them are kept by
 * links, from the boot on (enid-recover.service), and one that comes out with the same bytes is put back in their place.
 * A file that has come since, and was read since it was written (its times tell, as tmpfs keeps them), was read by networkd: a
 * person, or the restart, has run `netplan apply`.
 * No word of the script has the form ${…}: PID 1 would put a variable of its own there (systemd.service(5)).
 */
const keepWhatIsTheSame = `
made=/run/systemd/network read=/run/enid/networkd-read
keep() { rm -rf "$read" && mkdir -p "$read" && find "$made" -maxdepth 1 -type f -exec ln -t "$read" {} +; }
test -d "$read" || keep
find "$made" -maxdepth 1 -type f -printf '%A@ %T@ %f\\n' | awk '$1 > $2 { print $3 }' | while read -r name; do
  test "$made/$name" -ef "$read/$name" || ln -f "$made/$name" "$read/"
done
"$@" || exit
cd "$read" && for name in *; do
  if test -f "$name" && cmp -s "$name" "$made/$name"; then ln -f "$name" "$made/"; fi
done
keep`;

/** Makes the files of the back end; those whose content stays are, for their reader, the same as before. */
export const generate: Step = {
  ...tell(
    ['sh', '-c', keepWhatIsTheSame, 'sh', 'netplan', 'generate'],
    'let netplan make the files of its back end',
  ),
  shown: 'netplan generate',
  // A Python program: a busy machine with one slow processor takes its time to start it.
  timeout: 30_000,
};
