/** The text of a lease file, or null where its bytes are no UTF-8. */
export function textOf(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** Lines `KEY=value` or `KEY='value'`; of a key that comes twice the last counts. What has another form is passed over. */
export function assignments(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, key, quoted, plain] = /^([\w.]+)=(?:'([^']*)'|([^']*))$/.exec(line.trim()) ?? [];
    if (key !== undefined) found.set(key, quoted ?? plain ?? '');
  }
  return found;
}
