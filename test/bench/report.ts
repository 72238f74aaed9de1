import { columns } from '../demo/screen.ts';

/** One line of the benchmark's table. */
export interface Measure {
  readonly what: string;
  readonly value: string;
  /** What bare Node needs for the same, where there is such a thing. */
  readonly floor?: string;
  /** What is to be reached, and whether it was; without: shown for information. */
  readonly target?: string;
  readonly reached?: boolean;
}

export function printMeasures(measures: readonly Measure[]): string {
  const head = ['', 'measured', 'bare Node', 'to reach', ''];
  const rows = measures.map((one) => [
    one.what,
    one.value,
    one.floor ?? '',
    one.target ?? '',
    one.reached === undefined ? '' : one.reached ? 'reached' : 'MISSED',
  ]);
  return columns([head, ...rows]).join('\n');
}

export function ms(value: number): string {
  return `${value.toFixed(value < 10 ? 1 : 0)} ms`;
}

export function mib(value: number): string {
  return `${value.toFixed(1)} MiB`;
}
