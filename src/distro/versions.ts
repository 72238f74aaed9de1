import type { Version } from '../model/stack.ts';

/** Negative, zero or positive as `one` is older than, equal to or newer than `other`; missing parts count as 0. */
export function compareVersions(one: Version, other: Version): number {
  for (let index = 0; index < Math.max(one.length, other.length); index++) {
    const difference = (one[index] ?? 0) - (other[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/**
 * The first dotted number in a text, at most four parts: `V10` is [10], `1.32.10-4.el8` is [1, 32, 10].
 * Null where there is none.
 */
export function firstVersion(text: string): Version | null {
  const found = /\d{1,9}(?:\.\d{1,9}){0,3}/.exec(text)?.[0];
  return found === undefined ? null : found.split('.').map(Number);
}

/** `systemctl --version`: `systemd 252 (252.39-1~deb12u2)` is [252]. Null where the text is something else. */
export function systemdVersion(output: string): Version | null {
  const number = /^systemd (\d{1,5})\b/m.exec(output)?.[1];
  return number === undefined ? null : [Number(number)];
}

/**
 * The version in `dpkg-query -s` (its line `Version:`) or in a bare line of rpm. The epoch and the packager's part do not
 * count: `1:0.106-2+deb12u1` is [0, 106].
 */
export function packageVersion(output: string): Version | null {
  const text = /^Version: (.+)$/m.exec(output)?.[1] ?? output.trim();
  const upstream = /^(?:\d+:)?(\d[^-\s]*)/.exec(text)?.[1];
  return upstream === undefined ? null : firstVersion(upstream);
}
