import type { Step } from '../model/step.ts';
import { tell } from './steps.ts';

/**
 * `netplan generate` writes every file of its back end anew, and `networkctl reload` sets up again each NIC whose file has
 * another inode or time, the primary included: it lets go of its lease and of the default route for some 100 ms (seen with
 * systemd 252). So a file that came out with the bytes it had gets its old inode back, by a link that was kept meanwhile.
 * No word of the script has the form ${…}: PID 1 would put a variable of its own in its place (systemd.service(5)).
 */
const keepWhatIsTheSame = `
made=/run/systemd/network kept=/run/enid/netplan-made
rm -rf "$kept" && mkdir -p "$kept" || exit 1
for file in "$made"/*; do
  if [ -f "$file" ]; then ln "$file" "$kept/" || exit 1; fi
done
"$@"; code=$?
cd "$kept" && for name in *; do
  if [ -f "$name" ] && cmp -s "$name" "$made/$name"; then mv -f "$name" "$made/$name"; fi
done
cd / && rm -rf "$kept"
exit "$code"`;

/** Makes the files of the back end; those whose content stays are, for their reader, the same as before. */
export const generate: Step = {
  ...tell(
    ['sh', '-c', keepWhatIsTheSame, 'sh', 'netplan', 'generate'],
    'let netplan make the files of its back end',
  ),
  shown: 'netplan generate',
};
