/** One `[name]` section of a keyfile, a .network file or NetworkManager.conf; names may repeat. */
export interface Section {
  readonly name: string;
  /** In the order of the file; keys may repeat. */
  readonly entries: readonly (readonly [key: string, value: string])[];
}

/**
 * Reads the sectioned files of NetworkManager and systemd-networkd: `[section]`, `key=value`, comments on lines of their
 * own (`#`, `;`). A general INI reader will not do: to those, `;` within a value begins a comment and a second `[Route]`
 * takes the place of the first. Lines that are none of these are left out, as both consumers do.
 */
export function parseSections(text: string): readonly Section[] {
  const sections: { name: string; entries: (readonly [string, string])[] }[] = [];
  for (const line of text.split(/\r?\n/).map((written) => written.trim())) {
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue;
    const name = /^\[(.+)\]$/.exec(line)?.[1];
    if (name !== undefined) sections.push({ name, entries: [] });
    const equals = line.indexOf('=');
    if (name !== undefined || equals < 1) continue;
    sections[sections.length - 1]?.entries.push([
      line.slice(0, equals).trim(),
      line.slice(equals + 1).trim(),
    ]);
  }
  return sections;
}

/** All values of a key in all sections of one of these names, in the order of the file. */
export function valuesOf(
  sections: readonly Section[],
  names: readonly string[],
  key: string,
): readonly string[] {
  return sections
    .filter((section) => names.includes(section.name))
    .flatMap((section) => section.entries.filter(([name]) => name === key).map(([, value]) => value));
}
