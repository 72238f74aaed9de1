/** Lines on a screen: at most 100 columns, colour on a terminal only, times since the start of the program. */
export interface Screen {
  /** A heading, with the elapsed time. */
  step(title: string): void;
  /** Something that happened now, with the elapsed time. */
  event(text: string): void;
  /** A line below a step. */
  line(text: string): void;
  /** A named paragraph: the name stands before its first line. */
  paragraph(name: string, lines: readonly string[]): void;
  good(text: string): string;
  bad(text: string): string;
  faint(text: string): string;
}

const margin = 10;
const nameWidth = 11;

export function makeScreen(write: (text: string) => void, colour: boolean): Screen {
  const begun = performance.now();
  const paint = (code: string) => (text: string) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  const strong = paint('1');
  const faint = paint('2');
  const clock = (): string =>
    faint(`${((performance.now() - begun) / 1000).toFixed(2)} s`.padStart(margin - 2));
  const line = (text: string): void => write(`${' '.repeat(margin)}${text}`.trimEnd());
  return {
    step(title) {
      write('');
      write(`${clock()}  ${strong(title)}`);
    },
    event: (text) => write(`${clock()}  ${text}`),
    line,
    paragraph(name, lines) {
      for (const [index, text] of lines.entries()) {
        line(`${faint((index === 0 ? name : '').padEnd(nameWidth))} ${text}`);
      }
    },
    good: paint('32'),
    bad: paint('1;31'),
    faint,
  };
}

/** Rows as columns, each as wide as its widest cell; `width` tells how wide a cell looks. */
export function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, seen(cell));
  }
  return rows.map((row) =>
    row
      .map((cell, index) => cell + ' '.repeat((widths[index] ?? 0) - seen(cell)))
      .join('  ')
      .trimEnd(),
  );
}

/** Characters that are seen: without colour codes. */
function seen(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one.
  return text.replace(/\u001b\[[\d;]*m/g, '').length;
}
