import { defaultConfig } from '../../src/config/defaults.ts';
import { openMetadata, readMetadata } from '../../src/metadata/fetch.ts';
import type { Config } from '../../src/model/config.ts';
import { fail, ok } from '../../src/model/problem.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Exec } from '../../src/ports/exec.ts';
import type { Files } from '../../src/ports/files.ts';
import { nodeHttp } from '../../src/ports/node/http.ts';
import type { Ports } from '../../src/ports/ports.ts';

/** A clock whose pauses are short, so that what is tried again is tried at once, and which can be put forward. */
export function quickClock(): Clock & { forward(milliseconds: number): void } {
  let ahead = 0;
  return {
    now: () => new Date(),
    monotonic: () => performance.now() + ahead,
    sleep: () => new Promise((resolve) => setTimeout(resolve, 1)),
    forward: (milliseconds) => {
      ahead += milliseconds;
    },
  };
}

/** Files by their path; a path that begins with `->` is a link to the text behind it. */
export function filesOf(texts: Readonly<Record<string, string>>): Files {
  const files: Pick<Files, 'readText' | 'linkTarget'> = {
    readText: (path) => Promise.resolve(ok(texts[path] ?? null)),
    linkTarget: (path) => Promise.resolve(ok(texts[`->${path}`] ?? null)),
  };
  return files as Files;
}

/** No program is there. */
export const noPrograms: Exec = {
  run: (argv) => Promise.resolve(fail('command-missing', argv.join(' '), 'no such program')),
  follow: () => ({ started: Promise.resolve(null), ended: Promise.resolve(null), stop: () => {} }),
  detach: (argv) => Promise.resolve(fail('command-missing', argv.join(' '), 'no such program')),
  signal: () => ok(false),
};

export const silent = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} };

export interface Reader {
  readonly clock: ReturnType<typeof quickClock>;
  read(): ReturnType<typeof readMetadata>;
  configure(metadata: Partial<Config['metadata']>): void;
}

/** One process that reads the service again and again. */
export function reader(
  metadata: Partial<Config['metadata']>,
  more: {
    provider?: string;
    files?: Readonly<Record<string, string>>;
    http?: Ports['http'];
    exec?: Ports['exec'];
  } = {},
): Reader {
  const clock = quickClock();
  const files = filesOf(more.files ?? {});
  const ports = {
    http: more.http ?? nodeHttp(),
    files,
    exec: more.exec ?? noPrograms,
    clock,
    log: silent,
  };
  const session = openMetadata();
  let settings = { ...defaultConfig.metadata, timeout: 2_000, ...metadata };
  return {
    clock,
    read: () => {
      const config = { ...defaultConfig, provider: more.provider ?? 'alibaba', metadata: settings };
      return readMetadata(ports, config, session);
    },
    configure: (changes) => {
      settings = { ...settings, ...changes };
    },
  };
}
