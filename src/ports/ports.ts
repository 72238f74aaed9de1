import type { Clock } from './clock.ts';
import type { Exec } from './exec.ts';
import type { Files } from './files.ts';
import type { Http } from './http.ts';
import type { Log } from './log.ts';
import type { Notify } from './notify.ts';

/** Everything the outside is reached through; made once, in `src/ports/node/`. */
export interface Ports {
  readonly exec: Exec;
  readonly files: Files;
  readonly http: Http;
  readonly clock: Clock;
  readonly log: Log;
  readonly notify: Notify;
}
