import { escapeText } from '../../escape.ts';
import type { Cell } from '../../matrix/matrix.ts';
import { wrapWords } from './wrap.ts';

/** A column of a plain text table. */
export interface Column {
  /** Lines of the head, at most two; aligned as the column. */
  head: readonly string[];
  /** `decimal` puts the points of the numbers under each other; what has none (`-`, `36..411`) ends at the edge. */
  align: 'left' | 'right' | 'decimal';
}

const gap = '  ';

/** A plain ASCII table without lines but one under the head; no blanks at the ends of lines. */
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

/** Fills up behind the points, so that right-aligned numbers have them under each other. */
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

/** Of the column with the cells: more than three settings go on in the next line. */
const labelWidth = 48;

/** The rows of one cell in a table: its settings, over as many lines as they need, with the values beside the last. */
export function cellRows(cell: Cell, values: readonly string[]): string[][] {
  const label = wrapWords(escapeText(cell.label, { length: 400 }), labelWidth);
  const above = label.slice(0, -1).map(line => [line, ...values.map(() => '')]);
  return [...above, [label.at(-1) ?? '', ...values]];
}
