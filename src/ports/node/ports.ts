import type { Http } from '../http.ts';
import type { LogLevel } from '../log.ts';
import type { Ports } from '../ports.ts';
import { nodeClock } from './clock.ts';
import { nodeExec } from './exec.ts';
import { nodeFiles } from './files.ts';
import { stderrLog } from './log.ts';
import { systemdNotify } from './notify.ts';

export interface NodePortsOptions {
  /** `--root`: prefix of every path but those below /proc and /sys; `/` for this machine. */
  readonly root: string;
  readonly logLevel: LogLevel;
}

/**
 * The composition root: the one place where the outside is joined to the rest. Nothing heavy is loaded here; execa,
 * chokidar and the HTTP client come with their first use.
 */
export function nodePorts(options: NodePortsOptions): Ports {
  const exec = nodeExec();
  return {
    exec,
    files: nodeFiles(options.root),
    http: lazyHttp,
    clock: nodeClock(),
    log: stderrLog(options.logLevel),
    notify: systemdNotify(exec, process.env, process.pid),
  };
}

const lazyHttp: Http = {
  async request(request) {
    const { nodeHttp } = await import('./http.ts');
    return nodeHttp().request(request);
  },
};
