/** The service manager. Without one (no NOTIFY_SOCKET) every call does nothing. */
export interface Notify {
  ready(status: string): Promise<void>;
  status(text: string): Promise<void>;
  /** A sign of life; false: it could not be given, and has to be given again soon. */
  watchdog(): Promise<boolean>;
  stopping(): Promise<void>;
  /** WATCHDOG_USEC in milliseconds; null where no watchdog is asked for. */
  readonly watchdogInterval: number | null;
}
