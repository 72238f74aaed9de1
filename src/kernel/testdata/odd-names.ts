/**
 * Names that the kernel takes for a link (dev_valid_name: 1 to 15 bytes, not `.` or `..`, without `/`, `:` and what its `isspace`
 * says is blank), each of which some reader could take for something else.
 */
export const oddNames: readonly string[] = [
  'end\\', // a backslash is also how `ip -o` ends a line
  'a\\b',
  '\\',
  '\u2003x', // blanks of Unicode, but not of the kernel
  'x\u2028y',
  'z\ufeff',
  'été',
  '\u0001c',
  '\u001b[31m',
  'a"b',
  "'ab",
  '$(id)',
  'a;b',
  'a#b',
  'a%d',
  'a|b',
  'a<b',
  'a*',
  '[detached]', // words of `ip`
  'inet',
  'scope',
  'dynamic',
  'dev',
  'via',
  'lock',
  'linkdown',
  'nexthop',
  '-x',
];
