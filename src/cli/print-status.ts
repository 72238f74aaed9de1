import { type Reason, reasons } from '../model/reason.ts';
import type { Status, StatusInterface, StatusState } from '../report/status.ts';
import { nextStep } from './next-step.ts';
import type { Paint, Tone } from './paint.ts';
import { alignColumns } from './table.ts';

const tones: Readonly<Record<StatusState | StatusInterface['state'], Tone>> = {
  ok: 'good',
  configured: 'good',
  starting: 'warning',
  pending: 'warning',
  degraded: 'warning',
  failed: 'bad',
  unmanaged: 'faint',
  excluded: 'faint',
};

/** `enid status` for people: the state, the last run, a table of NICs, and what happens next with those not well. */
export function printStatus(status: Status, now: Date, paint: Paint): string {
  const { state, cloud, distro, stack } = status;
  const system = [distro === null ? null : `${distro.id} ${distro.version}`.trim(), stack, cloud].filter(
    (part) => part !== null,
  );
  const facts = [
    ['state', paint(tones[state], state)],
    ['system', system.length === 0 ? '-' : system.join(', ')],
    ['last run', printLastRun(status, now)],
  ];
  const paragraphs = [
    alignColumns(facts),
    status.interfaces.length === 0 ? '' : printNics(status.interfaces, paint),
    ...status.interfaces.filter(isTold).map((nic) => printTrouble(nic, paint)),
    ...status.problems.map((problem) => {
      const advice = problem.advice === '' ? '' : `\n  ${problem.advice}`;
      return `${paint('bad', problem.code)}: ${problem.place}: ${problem.message}${advice}`;
    }),
    status.notes.map((note) => `note: ${note}`).join('\n'),
  ];
  return `${paragraphs.filter((paragraph) => paragraph !== '').join('\n\n')}\n`;
}

function printLastRun({ lastRun }: Status, now: Date): string {
  if (lastRun === null) return 'none yet: the first look at the metadata is under way';
  const ago = printAgo(now.getTime() - Date.parse(lastRun.at));
  return `${lastRun.outcome} ${ago}, because ${lastRun.detail} (${lastRun.trigger}), in ${lastRun.durationMs} ms`;
}

/** `3 minutes ago`; a clock that was set back says `just now`. */
export function printAgo(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const units = [
    [86_400, 'day'],
    [3_600, 'hour'],
    [60, 'minute'],
    [1, 'second'],
  ] as const;
  for (const [size, unit] of units) {
    const count = Math.floor(seconds / size);
    if (count > 0) return `${count} ${unit}${count === 1 ? '' : 's'} ago`;
  }
  return 'just now';
}

function printNics(nics: readonly StatusInterface[], paint: Paint): string {
  const head = ['NIC', 'ROLE', 'STATE', 'TABLE', 'ADDRESSES', 'ID', 'MAC'].map((name) =>
    paint('strong', name),
  );
  const rows = nics.map((nic) => [
    nic.name ?? '-',
    nic.role,
    paint(tones[nic.state], nic.state),
    nic.table === null ? '-' : String(nic.table),
    nic.addresses.length === 0 ? '-' : nic.addresses.join(' '),
    nic.id ?? '-',
    nic.mac,
  ]);
  return alignColumns([head, ...rows]);
}

function isTold(nic: StatusInterface): boolean {
  return nic.reason !== null || nic.differences.length > 0;
}

function printTrouble(nic: StatusInterface, paint: Paint): string {
  const name = paint('strong', nic.name ?? nic.mac);
  const lines =
    nic.reason === null ? [`${name}: not as it should be`] : [`${name}: ${printReason(nic.reason)}`];
  lines.push(...(nic.details ?? []).map((detail) => `  ${detail}`));
  lines.push(...nic.differences.map((difference) => `  ${difference}`));
  if (nic.reason !== null) lines.push(`  next: ${nextStep[nic.reason]}`);
  return lines.join('\n');
}

function printReason(reason: Reason): string {
  return `${reasons[reason]} (${reason})`;
}
