import { expect, it } from 'vitest';
import { printable } from './mac.ts';
import { visible } from './visible.ts';

it.each([
  0x00, 0x07, 0x0d, 0x1b, 0x7f, 0x85, 0x9b, 0x61c, 0x200e, 0x200f, 0x2028, 0x202a, 0x202e, 0x2066, 0x2069,
])('U+%i does not reach the terminal, and JSON stays what it was', (code) => {
  const text = `eni-${String.fromCharCode(code)}[31m`;
  expect(visible(text)).toBe(`eni-\\u${code.toString(16).padStart(4, '0')}[31m`);
  expect(JSON.parse(visible(JSON.stringify({ id: text })))).toEqual({ id: text });
  expect(printable(text)).not.toContain(String.fromCharCode(code));
});

it('leaves lines, tabs and letters of every writing alone', () => {
  expect(visible('a\tb\nнет שלום 网卡 é\u00a0')).toBe('a\tb\nнет שלום 网卡 é\u00a0');
});
