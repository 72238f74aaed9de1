import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FileChange } from '../model/file.ts';
import { unifiedDiff } from './diff.ts';

function change(
  before: string | null,
  after: string | null,
  modes: [number, number] = [0o644, 0o644],
): FileChange {
  return {
    path: '/etc/x',
    action: before === null ? 'create' : after === null ? 'remove' : 'replace',
    mac: null,
    before: before === null ? null : { bytes: Buffer.from(before), mode: modes[0], uid: 0, gid: 0 },
    after: after === null ? null : { text: after, mode: modes[1] },
  };
}

/** What patch(1) would make of it. */
function patched(before: string, diff: string): string {
  const source = before.split('\n');
  const result: string[] = [];
  let next = 0;
  let newline = before === '' || before.endsWith('\n');
  const lines = diff.split('\n').slice(0, -1);
  for (const [index, line] of lines.entries()) {
    const hunk = /^@@ -(\d+)(?:,(\d+))? \+\d+(?:,\d+)? @@$/.exec(line);
    if (hunk !== null) {
      const start = Number(hunk[1]) - (hunk[2] === '0' ? 0 : 1);
      result.push(...source.slice(next, start));
      next = start;
    } else if (line.startsWith('-') && !line.startsWith('---')) {
      expect(source[next]).toBe(line.slice(1));
      next++;
    } else if (line.startsWith('+') && !line.startsWith('+++')) {
      result.push(line.slice(1));
      newline = lines[index + 1]?.startsWith('\\') !== true;
    } else if (line.startsWith(' ')) {
      expect(source[next]).toBe(line.slice(1));
      result.push(line.slice(1));
      next++;
      newline = lines[index + 1]?.startsWith('\\') !== true;
    }
  }
  const rest = source.slice(next);
  if (rest.length > 1 || (rest.length === 1 && rest[0] !== '')) return [...result, ...rest].join('\n');
  return result.length === 0 ? '' : result.join('\n') + (newline ? '\n' : '');
}

describe('the diff of a change', () => {
  it('shows what differs, with three lines around it', () => {
    const text = (value: string): string => ['a', 'b', 'c', 'd', value, 'f', 'g', 'h', 'i', ''].join('\n');
    expect(unifiedDiff(change(text('old'), text('new')))).toBe(
      [
        '--- /etc/x',
        '+++ /etc/x',
        '@@ -2,7 +2,7 @@',
        ' b',
        ' c',
        ' d',
        '-old',
        '+new',
        ' f',
        ' g',
        ' h',
        '',
      ].join('\n'),
    );
  });

  it('shows new and removed files whole, with their mode', () => {
    expect(unifiedDiff(change(null, 'A=1\n'))).toBe(
      ['new file mode 100644 /etc/x', '--- /dev/null', '+++ /etc/x', '@@ -0,0 +1 @@', '+A=1', ''].join('\n'),
    );
    expect(unifiedDiff(change('A=1\n', null))).toBe(
      ['deleted file mode 100644 /etc/x', '--- /etc/x', '+++ /dev/null', '@@ -1 +0,0 @@', '-A=1', ''].join(
        '\n',
      ),
    );
  });

  it('shows a mode alone, and nothing for nothing', () => {
    expect(unifiedDiff(change('A\n', 'A\n', [0o644, 0o600]))).toBe('mode 100644 => 100600 /etc/x\n');
    expect(unifiedDiff(change('A\n', 'A\n'))).toBe('');
  });

  it('tells a missing last newline', () => {
    expect(unifiedDiff(change('A\n', 'A'))).toContain('-A\n+A\n\\ No newline at end of file\n');
  });

  it('lets no control character through, and no bytes that are not text', () => {
    const diff = unifiedDiff(change('x\n', 'a\u001b[31mred\u0007\u009b\ttab\r\n'));
    expect(diff).toContain('+a\\x1b[31mred\\x07\\x9b\ttab\\x0d');
    const binary = {
      ...change('x', 'y'),
      before: { bytes: Buffer.from([0xff]), mode: 0o644, uid: 0, gid: 0 },
    };
    expect(unifiedDiff(binary)).toBe('Binary file /etc/x differs\n');
  });

  it('leads from before to after', () => {
    const texts = fc
      .array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 30 })
      .map((lines) => lines.join('\n'));
    fc.assert(
      fc.property(texts, texts, (before, after) => {
        const diff = unifiedDiff(change(before, after));
        expect(before === after ? before : patched(before, diff)).toBe(after);
      }),
      { numRuns: 500 },
    );
  });

  it('does not choke on a large file', () => {
    const lines = Array.from({ length: 20_000 }, (_, index) => `line ${index}`);
    const other = [...lines].reverse();
    const started = performance.now();
    expect(unifiedDiff(change(lines.join('\n'), other.join('\n'))).length).toBeGreaterThan(100_000);
    expect(performance.now() - started).toBeLessThan(3_000);
  });
});
