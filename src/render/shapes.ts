/** Shapes of values as checkers expect them back, whole value each. */
const ipv4 = '(?:\\d{1,3}\\.){3}\\d{1,3}';
const ipv6 = '[0-9a-f]*:[0-9a-f:]*(?:\\d{1,3}(?:\\.\\d{1,3}){3})?';

/** Sources of expressions, to be put together by {@link whole}. */
export const shape = {
  ipv4,
  ipv6,
  ip: `(?:${ipv4}|${ipv6})`,
  ipv4Prefix: `${ipv4}/\\d{1,2}`,
  ipv6Prefix: `${ipv6}/\\d{1,3}`,
  prefix: `(?:${ipv4}/\\d{1,2}|${ipv6}/\\d{1,3})`,
  mac: '[0-9a-f]{2}(?::[0-9a-f]{2}){5}',
  link: '[A-Za-z0-9][A-Za-z0-9_.-]{0,14}',
  number: '\\d{1,10}',
} as const;

export function whole(source: string): RegExp {
  return new RegExp(`^(?:${source})$`);
}
