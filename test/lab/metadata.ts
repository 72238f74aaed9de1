import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Fault, MetadataCommand, MetadataSeen, MetadataSettings } from './metadata-fault.ts';
import type { Namespace } from './namespace.ts';

/** The metadata service of a lab, as its test speaks to it. */
export interface Metadata {
  set(settings: Partial<MetadataSettings>): Promise<void>;
  /** Fails from now on; null: works again. */
  fail(fault: Fault | null): Promise<void>;
  seen(): Promise<MetadataSeen>;
  /** Forgets the requests seen so far. */
  reset(): Promise<void>;
  close(): void;
}

/** Starts the service in a namespace that has its addresses. */
export async function startMetadata(namespace: Namespace): Promise<Metadata> {
  const child = namespace.start([process.execPath, program('dist/dev/metadata-server.mjs')]);
  const waiting: ((line: string) => void)[] = [];
  let errors = '';
  let ended = false;
  child.stderr?.on('data', (chunk: Buffer) => {
    errors += chunk.toString('utf8');
  });
  child.stdin?.on('error', () => {});
  const listening = new Promise<string>((resolve) => waiting.push(resolve));
  if (child.stdout !== null) {
    createInterface({ input: child.stdout }).on('line', (line) => waiting.shift()?.(line));
  }
  child.once('close', () => {
    ended = true;
    for (const resolve of waiting.splice(0)) resolve('');
  });
  if ((await listening) !== 'listening')
    throw new Error(`the metadata service did not start: ${errors.trim()}`);

  async function tell(command: MetadataCommand): Promise<MetadataSeen> {
    if (ended) throw new Error(`the metadata service has ended: ${errors.trim()}`);
    const answer = new Promise<string>((resolve) => waiting.push(resolve));
    child.stdin?.write(`${JSON.stringify(command)}\n`);
    return JSON.parse(await answer) as MetadataSeen;
  }

  return {
    set: async (settings) => void (await tell({ do: 'set', settings })),
    fail: async (fault) => void (await tell({ do: 'set', settings: { fault } })),
    seen: () => tell({ do: 'seen' }),
    reset: async () => void (await tell({ do: 'reset' })),
    close: () => void child.kill('SIGKILL'),
  };
}

/** A file of this checkout, from here or from a bundle in `dist/dev/`: both stand two levels below its top. */
export function program(path: string): string {
  const file = fileURLToPath(new URL(`../../${path}`, import.meta.url));
  if (!existsSync(file)) throw new Error(`${path} is not there: run \`npm run build\` first`);
  return file;
}
