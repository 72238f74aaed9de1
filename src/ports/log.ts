export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

/** One line an event: a fixed message and fields, so that lines can be grouped. */
export interface Log {
  error(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
}

export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;
