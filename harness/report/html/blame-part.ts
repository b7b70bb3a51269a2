import { failedLoads, needless } from '../../measurement/trace/blame.ts';
import { formatBytes, formatDuration, plural } from '../../units.ts';
import type { CellReport } from '../report-model.ts';
import { blameSentences, blameSum, requesterText } from '../text/blame.ts';
import { fold, html, section, table, wordHead } from './markup.ts';

const mostRows = 30;
const mostSentences = 10;

/** Who loaded what in the traced cells of a run, one table for each. */
export function blamePart(cells: readonly CellReport[]): string {
  const traced = cells.filter(({ blame }) => blame !== undefined);
  return section(
    'Who loaded what',
    traced.map((cell, index) => fold(html(cell.cell.label), cellPart(cell), { open: index === 0 })),
  );
}

function cellPart({ cell, blame }: CellReport): string {
  if (!blame) return '';
  const rows = blame.rows.slice(0, mostRows).map(row => {
    const { outcomes } = row;
    return [
      html(requesterText(row)),
      formatBytes(row.bytes),
      ...[
        row.attempts,
        outcomes.loaded,
        outcomes['duplicate-early'],
        outcomes['duplicate-late'],
        outcomes.merged,
      ].map(number => String(number ?? 0)),
      String(failedLoads(row)),
      formatDuration(row.waitNs),
    ];
  });
  const heads = ['waste', 'calls', 'loaded', 'dup early', 'dup late', 'merged', 'failed', 'waited'];
  const rest = blame.rows.length - mostRows;
  const sentences = blame.rows.some(row => needless(row) > 0) ? blameSentences(blame, mostSentences) : [];
  return [
    table(`who loaded what: ${cell.label}`, [wordHead('who'), ...heads], rows),
    ...(rest > 0 ? [`<p>and ${rest} more</p>`] : []),
    ...(sentences.length > 0
      ? [`<ul>${sentences.map(text => `<li>${html(text)}</li>`).join('\n')}</ul>`]
      : []),
    `<p class="legend">${html(blameSum(blame))} In ${plural(blame.boots, 'boot')}.</p>`,
  ].join('\n');
}
