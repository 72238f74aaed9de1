/**
 * Splits a list in any of the forms seen: a JSON array (`private-ipv4s`), brackets without quotes (`ipv6s`,
 * with or without blanks), a bare value, commas, lines with LF or CRLF (`nameservers`), and, in `all`, an array.
 * Null: empty text, which says nothing. `malformed`: a bracket without its partner.
 */
export function splitList(value: string | readonly string[]): readonly string[] | null | 'malformed' {
  if (typeof value !== 'string') return value.flatMap((item) => words(item));
  const text = value.trim();
  if (text === '') return null;
  if (text.startsWith('[') !== text.endsWith(']') || text === ']' || text === '[') return 'malformed';
  return words(text.startsWith('[') ? text.slice(1, -1) : text);
}

/** The items are addresses and prefixes: neither blanks, commas nor quotes are part of any. */
function words(text: string): readonly string[] {
  return text
    .split(/[\s,]+/)
    .map((item) => item.replace(/^(?<quote>["'])(?<inner>.*)\k<quote>$/, '$<inner>'))
    .filter((item) => item !== '');
}
