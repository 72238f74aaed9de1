/**
 * C0 and C1 controls, DEL and Unicode's line separators: each could end a line, and so begin another, in a file that
 * is written from metadata. And the controls of writing direction, by which a file reads as another than it is.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const controlCharacter = /[\x00-\x1f\x7f-\x9f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

export function hasControlCharacter(text: string): boolean {
  return controlCharacter.test(text);
}
