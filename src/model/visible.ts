/**
 * What a terminal acts upon or shows otherwise than it stands: C0 (but tab and newline), DEL, C1 (U+009B begins a command as
 * ESC [ does), line separators, and the controls of writing direction (UAX #9), by which text reads as other text.
 */
const acting =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** Text made safe for a terminal: each such character as `\u009b`, which is also how JSON writes it. */
export function visible(text: string): string {
  return text.replace(acting, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
