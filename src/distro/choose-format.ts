import type { Config } from '../model/config.ts';
import { fail, ok, type Result } from '../model/problem.ts';
import type { Distro, Evidence, FormatId, StackId } from '../model/stack.ts';
import type { Files } from '../ports/files.ts';
import { formatsOf } from './formats.ts';
import { findIfcfgPlugin, readNetworkManagerConf, readsIfcfg } from './network-manager-conf.ts';
import { findSystem } from './systems.ts';
import { firstVersion } from './versions.ts';

export interface ChosenFormat {
  readonly format: FormatId;
  readonly evidence: readonly Evidence[];
}

/**
 * Which kind of files to write for a stack. NetworkManager alone reads two: ifcfg only with its plug-in installed and
 * switched on; then the distribution's habit decides. Errors: `config-invalid` for a format the stack does not read,
 * `file-unreadable`.
 */
export async function chooseFormat(
  files: Files,
  stack: StackId,
  distro: Distro,
  wish: Config['format'],
): Promise<Result<ChosenFormat>> {
  const usable = formatsOf[stack];
  if (wish !== 'auto' && !usable.includes(wish)) {
    const advice = `${stack} reads ${usable.join(' and ')}`;
    return fail('config-invalid', 'format', `${stack} does not read files of the kind "${wish}"`, advice);
  }
  if (stack !== 'networkmanager') return ok({ format: usable[0], evidence: [] });
  const plugin = await findIfcfgPlugin(files);
  const conf = await readNetworkManagerConf(files);
  if (!plugin.ok) return plugin;
  if (!conf.ok) return conf;
  const what = 'plug-in ifcfg-rh of NetworkManager';
  if (plugin.value === null || !readsIfcfg(conf.value)) {
    const found = plugin.value === null ? 'not installed' : 'installed, switched off by "plugins"';
    if (wish === 'ifcfg-nm')
      return fail('config-invalid', 'format', `the ${what} is ${found}`, 'use keyfile');
    return ok({ format: 'keyfile', evidence: [{ what, found, means: 'only keyfiles are read' }] });
  }
  return ok(byHabit(distro, wish, { what, found: plugin.value }));
}

function byHabit(
  distro: Distro,
  wish: Config['format'],
  seen: { what: string; found: string },
): ChosenFormat {
  if (wish !== 'auto')
    return { format: wish, evidence: [{ ...seen, means: `the configuration asks for ${wish}` }] };
  const version = firstVersion(distro.version);
  const habit = version === null ? undefined : findSystem(distro.id, version)?.profiles;
  const format = habit ?? 'keyfile';
  const whose = habit === undefined ? 'every version reads' : `${distro.id} ${distro.version} uses`;
  return { format, evidence: [{ ...seen, means: `both kinds are read; ${whose} ${format}` }] };
}
