import { visible } from '../../model/visible.ts';
import type { Log, LogFields, LogLevel } from '../log.ts';

/** The priorities of sd-daemon(3), which journald and rsyslog read from a line's `<N>`. */
const priorities: Readonly<Record<LogLevel, number>> = { error: 3, warn: 4, info: 6, debug: 7 };

export const logLevels: readonly LogLevel[] = ['error', 'warn', 'info', 'debug'];

export interface LogOptions {
  /** The least urgent level that is written. */
  readonly level: LogLevel;
  /** Begin lines with `<N>`, for a service manager that reads it. */
  readonly priority: boolean;
  readonly write: (line: string) => void;
}

/** A log of one line an event, `message key=value …`: text in the fields never begins another line. */
export function lineLog(options: LogOptions): Log {
  const write = (level: LogLevel) => (message: string, fields?: LogFields) => {
    if (priorities[level] > priorities[options.level]) return;
    const prefix = options.priority ? `<${priorities[level]}>` : level === 'info' ? '' : `${level}: `;
    options.write(`${prefix}${logLine(message, fields)}\n`);
  };
  return { error: write('error'), warn: write('warn'), info: write('info'), debug: write('debug') };
}

/** Standard error, with priorities where systemd reads them (JOURNAL_STREAM since version 231, else NOTIFY_SOCKET). */
export function stderrLog(level: LogLevel): Log {
  const { JOURNAL_STREAM, NOTIFY_SOCKET } = process.env;
  return lineLog({
    level,
    priority: JOURNAL_STREAM !== undefined || NOTIFY_SOCKET !== undefined,
    write: (line) => process.stderr.write(line),
  });
}

/** `message key=value key="two words"`; fields that are undefined are left out. */
export function logLine(message: string, fields: LogFields = {}): string {
  const parts = [oneLine(message)];
  for (const [key, value] of Object.entries(fields)) {
    if (value !== undefined) parts.push(`${key}=${quoted(String(value))}`);
  }
  return parts.join(' ');
}

function quoted(value: string): string {
  return value === '' || /[\s"=\\]|[^\x21-\x7e]/.test(value) ? visible(JSON.stringify(value)) : value;
}

function oneLine(text: string): string {
  return visible(text.replace(/\p{Cc}+/gu, ' '));
}
