import type { DesiredSysctl } from '../model/desired.ts';
import type { Mac } from '../model/mac.ts';

const setting = /^(net\/ipv[46]\/\w+\/)([^/\s=]+)(\/\w+) = (\S+)$/;
const owner = /^# (\S+) is ([0-9a-f]{2}(?::[0-9a-f]{2}){5})$/;

/** What a file of ours asks for, of links that are there: a key of any other is not in the kernel either. */
export function settingsIn(text: string, macs: ReadonlyMap<string, Mac | null>): readonly DesiredSysctl[] {
  return text.split('\n').flatMap((line): readonly DesiredSysctl[] => {
    const [, before = '', name = '', after = '', value = ''] = setting.exec(line) ?? [];
    const mac = macs.get(name) ?? null;
    return mac === null ? [] : [{ key: `${before}${name}${after}`, value, mac }];
  });
}

/**
 * The file for the same NICs under the names that they have now (`macs`: of the links that are there, by name). Settings of
 * a NIC that is not here go if another NIC bears its name, else they stay.
 */
export function underNewNames(text: string, macs: ReadonlyMap<string, Mac>): string {
  const lines = text.split('\n');
  const owners = new Map<string, string>();
  for (const line of lines) {
    const [, name = '', mac = ''] = owner.exec(line) ?? [];
    if (name !== '') owners.set(name, mac);
  }
  const nameNow = (name: string): string | null => {
    const [own, bearer] = [owners.get(name), macs.get(name)];
    if (own === undefined || bearer === undefined || bearer === own) return name;
    return [...macs].find(([, mac]) => mac === own)?.[0] ?? null;
  };
  return lines
    .flatMap((line) => {
      const [, before = '', name = '', after = '', value = ''] = setting.exec(line) ?? [];
      const [, called = '', mac = ''] = owner.exec(line) ?? [];
      if (name === '' && called === '') return [line];
      const now = nameNow(name === '' ? called : name);
      if (now === null) return [];
      return [name === '' ? `# ${now} is ${mac}` : `${before}${now}${after} = ${value}`];
    })
    .join('\n');
}
