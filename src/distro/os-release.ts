/**
 * The assignments of a shell-like file as os-release(5) allows them: `KEY=value`, `KEY="value"`, `KEY='value'`,
 * backslash escapes within double quotes, comments and blank lines. Anything else is left out: the file is read for
 * what it says, never refused. The last assignment of a key wins.
 */
export function parseAssignments(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const [, key, value] = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=(.*?)\s*$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined) found.set(key, unquote(value));
  }
  return found;
}

/** What a release file says of the distribution, before it is compared with what is known. */
export interface Release {
  /** As written, any case. */
  readonly id: string;
  readonly version: string;
  readonly pretty: string;
  /** ID_LIKE, nearest relative first. */
  readonly like: readonly string[];
}

/** Reads /etc/os-release; null where it has no ID. `VERSION_ID` may be missing (Debian testing): then it is empty. */
export function parseOsRelease(text: string): Release | null {
  const fields = parseAssignments(text);
  const id = fields.get('ID') ?? '';
  if (id === '') return null;
  return {
    id,
    version: fields.get('VERSION_ID') ?? '',
    pretty: fields.get('PRETTY_NAME') ?? fields.get('NAME') ?? id,
    like: (fields.get('ID_LIKE') ?? '').split(/\s+/).filter((word) => word !== ''),
  };
}

function unquote(value: string): string {
  const single = /^'([^']*)'/.exec(value)?.[1];
  if (single !== undefined) return single;
  const double = /^"((?:[^"\\]|\\.)*)"/.exec(value)?.[1];
  if (double !== undefined) return double.replace(/\\(["$`\\])/g, '$1');
  return value.replace(/\s+#.*$/, '');
}
