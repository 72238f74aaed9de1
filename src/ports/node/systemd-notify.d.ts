/** The npm package systemd-notify 1.0.0, which ships no types: it runs the program of that name and knows no more. */
declare module 'systemd-notify' {
  interface State {
    readonly ready?: boolean;
    readonly status?: string;
    readonly pid?: number;
  }
  function notify(state: State): Promise<unknown>;
  export = notify;
}
