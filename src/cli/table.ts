/** Rows as aligned columns, two spaces apart, nothing behind the last; a first empty cell makes an indentation of two. */
export function alignColumns(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, width(cell));
  }
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - width(cell)))
      .join('  ')
      .trimEnd();
  return rows.map(line).join('\n');
}

/** Columns on a terminal: colour takes none. */
function width(cell: string): number {
  return cell.replace(colours, '').length;
}

const colours = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g');
