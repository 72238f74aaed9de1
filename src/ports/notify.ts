/** The service manager. Without one (no NOTIFY_SOCKET) every call does nothing. */
export interface Notify {
  ready(status: string): Promise<void>;
  status(text: string): Promise<void>;
  watchdog(): Promise<void>;
  stopping(): Promise<void>;
  /** WATCHDOG_USEC in milliseconds; null where no watchdog is asked for. */
  readonly watchdogInterval: number | null;
}
