/**
 * C0 and C1 controls, DEL and Unicode's line separators: each could end a line, and so begin another, in a file that
 * is written from metadata.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const controlCharacter = /[\x00-\x1f\x7f-\x9f\u2028\u2029]/;

export function hasControlCharacter(text: string): boolean {
  return controlCharacter.test(text);
}
