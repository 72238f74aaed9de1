import type { Difference } from '../../model/difference.ts';
import { type Reason, reasons } from '../../model/reason.ts';
import {
  all,
  type Check,
  fine,
  known,
  machine,
  orFine,
  unknown,
  type Verdict,
  warning,
  whyUnknown,
  wrong,
} from '../diagnosis.ts';

/** Differences that another check tells in its own words. */
const toldElsewhere: ReadonlySet<Difference['kind']> = new Set<Difference['kind']>([
  'link-down',
  'address-missing',
  'default-stolen',
  'wrong-way',
]);
const sysctlsToldElsewhere = /\/(rp_filter|arp_ignore|arp_announce) /;

/** Everything else in which the kernel is not as desired: routes, rules, MTU, leaks, surplus. */
export const desired: Check = {
  name: 'desired',
  judge: (found) =>
    known(all({ plan: found.plan, wanted: found.wanted }), ({ plan, wanted }) => {
      const rest = plan.differences.filter(
        ({ kind, text }) =>
          !toldElsewhere.has(kind) && !(kind === 'sysctl' && sysctlsToldElsewhere.test(text)),
      );
      const names = new Map(wanted.network.secondaries.map((nic) => [nic.mac, nic.name]));
      const subjects = new Set(rest.map(({ mac }) => mac));
      const verdicts = [...subjects].map((mac) => {
        const texts = rest.filter((difference) => difference.mac === mac).map(({ text }) => text);
        const subject = mac === null ? machine : (names.get(mac) ?? mac);
        const more = texts.length > 2 ? `, and ${texts.length - 2} more` : '';
        const advice = '`enid reconfigure`; `enid plan` shows all of it';
        return wrong(subject, `${texts.slice(0, 2).join(', ')}${more}`, advice);
      });
      return orFine(verdicts, machine, 'the kernel is as desired');
    }),
};

/** Routes and rules that somebody else set in the tables of enid: they stay, and may lead packets another way. */
export const strangers: Check = {
  name: 'strangers',
  judge: ({ plan }) =>
    known(plan, ({ strangers: texts }) => {
      const advice = 'nothing, if you set it; else `ip route del` or `ip rule del` with these words';
      return orFine(
        texts.map((text) => warning(machine, text, advice)),
        machine,
        'nobody else uses the tables of enid',
      );
    }),
};

/** Files that somebody edited, files of somebody at our paths, and files not yet written. */
export const files: Check = {
  name: 'files',
  judge: ({ plan, state }) => {
    if (!state.ok) return [unknown(machine, whyUnknown(state.problem))];
    return known(plan, ({ kept, changes }) => {
      const edited = kept.map(({ path, problem }) => wrong(path, problem.message, problem.advice));
      const pending = changes.map((path) =>
        warning(
          path,
          'is not as enid would write it now',
          '`enid plan` shows it, `enid reconfigure` writes it',
        ),
      );
      return orFine([...edited, ...pending], machine, `${state.value.files.size} files`);
    });
  },
};

/** On state.json hang slots and owned files; a broken one stops every run. */
export const state: Check = {
  name: 'state',
  judge: ({ state: found }) => {
    if (found.ok) return [fine(machine, `${found.value.slots.size} slots`)];
    const { code, place, message } = found.problem;
    const aside = `\`mv ${place} ${place}.broken\`, then \`enid reconfigure\`: slots are found again from the kernel, files by their marker`;
    return [wrong(place, message, code === 'state-corrupt' ? aside : 'run it as root')];
  },
};

/** A change that was begun and neither finished nor undone. */
export const transaction: Check = {
  name: 'transaction',
  judge: ({ pending, holder }) =>
    known(all({ pending, holder }), ({ pending: ids, holder: busy }) => {
      if (ids.length === 0) return [fine(machine, 'none is open')];
      if (busy !== null) return [fine(ids[0] ?? machine, `is being made by ${busy}`)];
      return ids.map((id) =>
        wrong(
          id,
          'was begun and neither finished nor undone',
          '`enid reconfigure` finishes or undoes it first',
        ),
      );
    }),
};

const troubles: Readonly<Partial<Record<Reason, string>>> = {
  contested:
    'find what else configures it (`ip monitor` shows when; see agents), stop it, then `enid reconfigure`',
  'rejected-by-consumer': 'read the log of the network service, e.g. `journalctl -b -u NetworkManager`',
  'rolled-back': '`enid reconfigure` tries it again; `journalctl -u enid` tells why it was put back',
};

/** What the last run left to tell that does not show in kernel and files. */
export const lastRun: Check = {
  name: 'last-run',
  judge: ({ status }) =>
    known(status, (last) => {
      if (last === null) {
        return [
          warning(machine, 'enid has not run since boot', '`systemctl start enid`, or `enid reconfigure`'),
        ];
      }
      const nics = last.interfaces.flatMap(({ reason, name, mac }) => {
        const advice = reason === null ? undefined : troubles[reason];
        return reason === null || advice === undefined ? [] : [wrong(name ?? mac, reasons[reason], advice)];
      });
      const outcome = last.lastRun?.outcome ?? 'unchanged';
      const well = outcome === 'unchanged' || outcome === 'applied';
      if (well || nics.length > 0) return orFine(nics, machine, outcome);
      const why = last.problems[0];
      const text = why === undefined ? `ended ${outcome}` : `ended ${outcome}: ${why.place}: ${why.message}`;
      const advice = why === undefined || why.advice === '' ? '`enid status` tells more' : why.advice;
      // What it did not know or finish shows in the other checks.
      return [
        outcome === 'degraded' || outcome === 'unknown'
          ? warning(machine, text, advice)
          : wrong(machine, text, advice),
      ];
    }),
};

/** Without the daemon nothing notices the next NIC, and without its service nothing does after the next boot. */
export const daemon: Check = {
  name: 'daemon',
  judge: (found) => [...judgeRunning(found.daemon), ...judgeBoot(found.atBoot)],
};

function judgeRunning(daemonRuns: Parameters<typeof known<boolean>>[0]): readonly Verdict[] {
  return known(
    daemonRuns,
    (runs) => [
      runs
        ? fine('enid', 'runs')
        : wrong(
            'enid',
            'the daemon does not run: changes are not noticed',
            '`systemctl start enid`, or `service enid start`',
          ),
    ],
    'enid',
  );
}

function judgeBoot(isEnabled: Parameters<typeof known<boolean>>[0]): readonly Verdict[] {
  const advice = '`systemctl enable enid`, or `chkconfig enid on`, or `update-rc.d enid defaults`';
  return known(
    isEnabled,
    (enabled) => [
      enabled ? fine('enid', 'starts at boot') : warning('enid', 'does not start at boot', advice),
    ],
    'enid',
  );
}
