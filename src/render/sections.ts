import type { RenderedFile } from '../model/file.ts';
import type { Problem } from '../model/problem.ts';
import { outputProblem } from './check.ts';

/** A setting of a section: what a value must look like, and whether it may stand there more than once. */
export interface KeyRule {
  readonly key: RegExp;
  readonly value: RegExp;
  readonly repeats?: boolean;
}

export interface SectionRule {
  readonly keys: readonly KeyRule[];
  readonly repeats?: boolean;
  /** Keys without which the section means nothing. */
  readonly needs?: readonly string[];
}

interface Section {
  readonly name: string;
  readonly line: number;
  readonly keys: Set<string>;
}

/**
 * Reads a file of `[Section]` and `Key=value` lines (systemd.syntax(7), NetworkManager's keyfile) and reports whatever
 * the rules do not foresee: a section or key that is unknown or there twice, a value of another shape, a stray line,
 * a section that lacks a key it needs. Comments are lines beginning with `#`; nothing else is one.
 */
export function checkSections(
  file: RenderedFile,
  rules: Readonly<Record<string, SectionRule>>,
): readonly Problem[] {
  const problems: Problem[] = [];
  const sections: Section[] = [];
  const report = (line: number, message: string) => problems.push(outputProblem(file, line, message));
  for (const [index, text] of file.text.split('\n').entries()) {
    const line = index + 1;
    if (text === '' || text.startsWith('#')) continue;
    const header = /^\[([^\]]*)\]$/.exec(text)?.[1];
    if (header !== undefined) {
      const rule = rules[header];
      const before = sections.some((section) => section.name === header);
      if (rule === undefined) report(line, `unknown section [${header}]`);
      else if (before && rule.repeats !== true) report(line, `a second section [${header}]`);
      sections.push({ name: header, line, keys: new Set() });
      continue;
    }
    const problem = checkLine(text, sections[sections.length - 1], rules);
    if (problem !== null) report(line, problem);
  }
  for (const { name, line, keys } of sections) {
    const missing = (rules[name]?.needs ?? []).filter((key) => !keys.has(key));
    if (missing.length > 0) report(line, `[${name}] lacks ${missing.join(', ')}`);
  }
  return problems;
}

function checkLine(
  text: string,
  section: Section | undefined,
  rules: Readonly<Record<string, SectionRule>>,
): string | null {
  const [, key, value] = /^([A-Za-z0-9_.-]+)=(.*)$/.exec(text) ?? [];
  if (key === undefined || value === undefined) return `"${text}" is neither a section nor a setting`;
  if (section === undefined) return `"${text}" stands before any section`;
  const rule = rules[section.name]?.keys.find((entry) => entry.key.test(key));
  if (rules[section.name] === undefined) return null;
  if (rule === undefined) return `unknown key ${key} in [${section.name}]`;
  if (section.keys.has(key) && rule.repeats !== true) return `${key} is there twice`;
  section.keys.add(key);
  return rule.value.test(value) ? null : `${key}=${value} is not what it takes`;
}

/** A rule for one key by its exact name. */
export function key(name: string, value: RegExp, repeats = false): KeyRule {
  return { key: new RegExp(`^${name.replace(/[.]/g, '\\.')}$`), value, repeats };
}
