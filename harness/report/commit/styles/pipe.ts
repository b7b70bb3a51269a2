import { mailWidth } from '../mail-text.ts';
import type { MetricRow } from '../metric-row.ts';
import { oddSizes, type PairRows } from '../pair-rows.ts';

/** Columns separated by pipes, with the change after the new value: `13318 | 15496 (+16.3%)`; also a Markdown table. */
export function pipeTable({ changed, costs, sizes }: PairRows): string[] {
  const head = ['metric', `before n=${sizes.before}`, `after n=${sizes.after}`, 'p.adj'];
  const rows = [...changed, ...costs].map(row => [
    `${row.title}${oddSizes(row, sizes)}`.replaceAll('|', '\\|'),
    row.before,
    afterText(row),
    row.p,
  ]);
  const widths = head.map((title, index) =>
    Math.max(title.length, ...rows.map(row => row[index]?.length ?? 0)),
  );
  const [longest = 0, ...others] = widths;
  const room = mailWidth - others.reduce((sum, width) => sum + width + 3, 4);
  const names = Math.max(8, Math.min(longest, room));
  const pad = (cell: string, index: number) =>
    index === 0 ? cutTo(cell, names).padEnd(names) : cell.padStart(widths[index] ?? 0);
  const line = (cells: readonly string[]) => `| ${cells.map(pad).join(' | ')} |`;
  const rules = ['-'.repeat(names + 2), ...others.map(width => `${'-'.repeat(width + 1)}:`)];
  return [line(head), `|${rules.join('|')}|`, ...rows.map(line)];
}

function cutTo(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 2)}..`;
}

function afterText({ after, change, mark }: MetricRow): string {
  return change === '-' ? after : `${after} (${change}) ${mark}`;
}
