import { marker, type RenderedFile } from '../model/file.ts';
import type { Problem } from '../model/problem.ts';
import { hasControlCharacter } from './engine.ts';

/**
 * What holds for the files of every format: an absolute plain path, the marker as first line (after `#!` in a script),
 * no control character but the newline, a newline at the end. Empty: fine.
 */
export function checkFile(file: RenderedFile): readonly Problem[] {
  const lines = file.text.split('\n');
  const first = lines[0]?.startsWith('#!/') ? lines[1] : lines[0];
  const problems: Problem[] = [];
  if (!/^(\/[A-Za-z0-9@_][A-Za-z0-9@_.:+-]*)+$/.test(file.path))
    problems.push(outputProblem(file, 0, 'the path is not plain'));
  if (first !== marker) problems.push(outputProblem(file, 1, `does not begin with "${marker}"`));
  if (!file.text.endsWith('\n'))
    problems.push(outputProblem(file, lines.length, 'does not end with a newline'));
  for (const [index, line] of lines.entries()) {
    if (hasControlCharacter(line))
      problems.push(outputProblem(file, index + 1, `control character in ${JSON.stringify(line)}`));
  }
  return problems;
}

/**
 * A `template-output` problem. `line` counts from 1 in what the template made; 0 where it is about no single line.
 * Its place is the template, since that is what has to be mended.
 */
export function outputProblem(file: RenderedFile, line: number, message: string): Problem {
  const where = line === 0 ? file.path : `${file.path}, line ${line}`;
  return {
    code: 'template-output',
    place: file.template,
    message: `${where}: ${message}`,
    advice: 'mend or remove the template',
  };
}
