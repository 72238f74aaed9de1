import { parseDocument } from 'yaml';
import { fail, ok, type Result } from '../../model/problem.ts';
import type { Files } from '../../ports/files.ts';
import type { CloudInit } from '../findings.ts';

type Reader = Pick<Files, 'kind' | 'list' | 'readText'>;

const main = '/etc/cloud/cloud.cfg';
const more = '/etc/cloud/cloud.cfg.d';
const switchedOff = '/etc/cloud/cloud-init.disabled';

/**
 * Whether cloud-init is here, and what keeps it from configuring the network: its off switch, words on the kernel's command
 * line, or `network: {config: disabled}` in its configuration, where the last file that says anything wins (cloud-init,
 * "Disable cloud-init" and "Network configuration sources"). Errors: `file-unreadable`, `config-unreadable` (no YAML).
 */
export async function describeCloudInit(files: Reader): Promise<Result<CloudInit>> {
  const [program, configuration, off, line] = await Promise.all([
    files.kind('/usr/bin/cloud-init'),
    files.kind(main),
    files.kind(switchedOff),
    files.readText('/proc/cmdline'),
  ]);
  for (const read of [program, configuration, off, line]) if (!read.ok) return read;
  const installed = [program, configuration].some((read) => read.ok && read.value !== null);
  if (!installed) return ok({ installed, keptOff: null });
  if (off.ok && off.value !== null) return ok({ installed, keptOff: switchedOff });
  const word = line.ok ? /\b(?:cloud-init|network-config)=disabled\b/.exec(line.value ?? '')?.[0] : undefined;
  if (word !== undefined) return ok({ installed, keptOff: `${word} on the kernel’s command line` });
  const setting = await findSetting(files);
  return setting.ok ? ok({ installed, keptOff: setting.value }) : setting;
}

/** The file that switches network configuration off; null where none does, or a later one switches it on again. */
async function findSetting(files: Reader): Promise<Result<string | null>> {
  const entries = await files.list(more);
  if (!entries.ok) return entries;
  const names = (entries.value ?? []).map(({ name }) => name).filter((name) => name.endsWith('.cfg'));
  let found: string | null = null;
  for (const path of [main, ...names.sort().map((name) => `${more}/${name}`)]) {
    const text = await files.readText(path);
    if (!text.ok) return text;
    const network = networkOf(text.value ?? '', path);
    if (!network.ok) return network;
    if (network.value !== undefined) found = network.value === 'disabled' ? path : null;
  }
  return ok(found);
}

/** `network.config` of one file; undefined where it does not speak of the network. */
function networkOf(text: string, path: string): Result<unknown> {
  // Templates of images begin with `## template: jinja`, which is a comment to YAML.
  const document = parseDocument(text, { version: '1.1' });
  const [error] = document.errors;
  if (error !== undefined) return fail('config-unreadable', path, 'is not YAML');
  if (!document.has('network')) return ok(undefined);
  return ok(document.getIn(['network', 'config']) ?? null);
}
