/** A column of a plain text table. */
export interface Column {
  /** The heading, at most two lines, aligned like the column. */
  head: readonly string[];
  /** `decimal` aligns numbers at the decimal point; texts without one (`-`, `36..411`) end at the edge. */
  align: 'left' | 'right' | 'decimal';
}

const gap = '  ';

/** A plain ASCII table with one rule below the heading and no trailing blanks. */
export function renderTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const headRows = Math.max(...columns.map(column => column.head.length));
  const blocks = columns.map((column, index) =>
    renderColumn(
      column,
      rows.map(row => row[index] ?? ''),
      headRows,
    ),
  );
  const lines: string[] = [];
  for (let line = 0; line < headRows + 1 + rows.length; line++) {
    lines.push(
      blocks
        .map(block => block[line] ?? '')
        .join(gap)
        .trimEnd(),
    );
  }
  return lines;
}

function renderColumn(column: Column, cells: readonly string[], headRows: number): string[] {
  const shown = column.align === 'decimal' ? alignPoints(cells) : [...cells];
  const head = [...new Array<string>(headRows - column.head.length).fill(''), ...column.head];
  const width = Math.max(...[...head, ...shown].map(text => text.length));
  const pad = (text: string) => (column.align === 'left' ? text.padEnd(width) : text.padStart(width));
  return [...head.map(pad), '-'.repeat(width), ...shown.map(pad)];
}

const decimalNumber = /^[<-]?\d+(?:\.(\d+))?$/;

/** Pads after the decimal point, so that right-aligned numbers line up at the point. */
function alignPoints(cells: readonly string[]): string[] {
  const tails = cells.map(cell => {
    const match = decimalNumber.exec(cell);
    if (!match) return undefined;
    return match[1] === undefined ? 0 : match[1].length + 1;
  });
  const longest = Math.max(0, ...tails.map(tail => tail ?? 0));
  return cells.map((cell, index) => {
    const tail = tails[index];
    return tail === undefined ? cell : cell + ' '.repeat(longest - tail);
  });
}
