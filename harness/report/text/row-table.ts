import { type Column, renderTable } from './table.ts';
import { wrapWords } from './wrap.ts';

/** A column of a table that fits any width. */
export interface RowColumn extends Column {
  /** Importance if not all columns fit, from 0; a column without it is never left out. */
  rank?: number;
}

/** A row: its label, one text per column, and ranges for the line below. */
export interface TableRow {
  label: string;
  values: readonly string[];
  ranges?: readonly string[];
}

/** Preferred width of the label. More than three settings continue on the next line. */
const labelWidth = 48;
const narrowLabel = 24;
/** With fewer columns of values than this, one block per row is more useful. */
const leastValues = 3;

/** The lines of a table, and the headings of the columns that did not fit. */
export interface FittedTable {
  lines: string[];
  left: string[];
}

/**
 * A table of at most `width` columns of text: the least important columns are left out. If too few would remain, each row
 * becomes a block with one line per value.
 * @param head heading of the labels
 */
export function rowTable(
  head: string,
  columns: readonly RowColumn[],
  rows: readonly TableRow[],
  width = Number.POSITIVE_INFINITY,
): FittedTable {
  const whole = render(head, columns, rows, labelWidth);
  if (isFitting(whole, width)) return { lines: whole, left: [] };
  const ranked = columns.filter(({ rank }) => rank !== undefined);
  const byRank = [...ranked].sort((a, b) => (b.rank ?? 0) - (a.rank ?? 0));
  for (let left = 0; left === 0 || ranked.length - left >= leastValues; left++) {
    const gone = new Set<RowColumn>(byRank.slice(0, left));
    const lines = renderWithout(gone, head, columns, rows);
    if (isFitting(lines, width)) return { lines, left: columns.filter(one => gone.has(one)).map(headOf) };
    if (ranked.length === 0) break;
  }
  return { lines: folded(columns, rows, width), left: [] };
}

function isFitting(lines: readonly string[], width: number): boolean {
  return lines.every(line => line.length <= width);
}

function renderWithout(
  gone: ReadonlySet<RowColumn>,
  head: string,
  columns: readonly RowColumn[],
  rows: readonly TableRow[],
): string[] {
  const kept = (texts: readonly string[]) =>
    texts.filter((_, index) => !gone.has(columns[index] as RowColumn));
  const shown = rows.map(({ label, values, ranges }) => ({
    label,
    values: kept(values),
    ...(ranges && { ranges: kept(ranges) }),
  }));
  return render(
    head,
    columns.filter(one => !gone.has(one)),
    shown,
    narrowLabel,
  );
}

function render(
  head: string,
  columns: readonly RowColumn[],
  rows: readonly TableRow[],
  room: number,
): string[] {
  const lines = rows.flatMap(({ label, values, ranges = [] }) => {
    const words = wrapWords(label, room);
    const above = words.slice(0, -1).map(line => [line]);
    const below = ranges.every(range => range === '') ? [] : [['  range', ...ranges]];
    return [...above, [words.at(-1) ?? '', ...values], ...below];
  });
  return renderTable([{ head: [head], align: 'left' }, ...columns], lines);
}

function folded(columns: readonly RowColumn[], rows: readonly TableRow[], width: number): string[] {
  const heads = columns.map(headOf);
  const room = Math.max(0, ...heads.map(text => text.length));
  return rows.flatMap(({ label, values, ranges = [] }) => [
    ...wrapWords(label, width, { breakWords: true }),
    ...values.flatMap((value, index) => {
      if (value === '' || value === '-') return [];
      const range = ranges[index] ?? '';
      return [`  ${(heads[index] ?? '').padEnd(room)}  ${value}${range && `  [${range}]`}`];
    }),
  ]);
}

function headOf({ head }: Column): string {
  return head.join(' ');
}
