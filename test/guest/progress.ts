import { writeSync } from 'node:fs';

const begun = performance.now();

/** Says what is being done, at once, with the seconds since the program began. */
export function say(line: string): void {
  writeSync(2, `[${((performance.now() - begun) / 1000).toFixed(1).padStart(6)}] ${line}\n`);
}
