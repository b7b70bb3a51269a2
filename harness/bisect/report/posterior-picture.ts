import { html } from '../../report/html/markup.ts';
import type { Observation } from '../search/observation.ts';
import { replay, type SearchLog } from '../search/search-log.ts';
import type { CommitNames } from './commit-names.ts';
import { percent } from './conclusion-text.ts';
import { cellOf, resultOf } from './step-table.ts';

/** Maximum numbers of columns and rows; beyond these, neighbouring commits share a column, and rows are left out. */
const mostColumns = 240;
const mostRows = 400;
/** Approximate size of the picture, px. */
const wantedWidth = 720;
const wantedHeight = 480;

/** The posterior after one boot. */
interface Row {
  masses: Float64Array;
  boot: Observation;
}

/**
 * The posterior over the commits as an SVG: a row for each boot after the ends were known to differ, from top to bottom, and
 * a column for each commit (or for several neighbours) from good to bad; darker cells are more suspect. The tooltip of a row
 * shows what was booted.
 */
export function posteriorPicture(log: SearchLog, file: string, names: CommitNames): string {
  const rows = posteriors(log, file);
  const commits = log.header.commits.length;
  const columns = Math.min(mostColumns, commits);
  const cell = {
    width: sizeOf(wantedWidth, columns, 3, 36),
    height: sizeOf(wantedHeight, rows.length, 3, 16),
  };
  const [width, height] = [columns * cell.width, Math.max(1, rows.length) * cell.height];
  const drawn = rows.map(({ masses, boot }, row) => {
    const sums = new Array<number>(columns).fill(0);
    for (const [place, mass] of masses.entries()) {
      const column = Math.floor((place * columns) / commits);
      sums[column] = (sums[column] ?? 0) + mass;
    }
    const y = row * cell.height;
    const boxes = sums.map((sum, column) => rectangle(column * cell.width, y, cell, sum)).join('');
    return `<g><title>${titleOf(boot, masses, log, names)}</title><rect y="${y}" width="${width}" height="${cell.height}" class="under"/>${boxes}</g>`;
  });
  return `<svg class="fixed suspect" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="posterior over commits">${drawn.join('\n')}</svg>`;
}

/** After each boot, or after every n-th if there are very many. */
function posteriors(log: SearchLog, file: string): Row[] {
  const ledger = replay({ ...log, observations: [] }, file);
  const rows: Row[] = [];
  for (const boot of log.observations) {
    ledger.observe(boot);
    const { evidence } = ledger;
    if (evidence !== undefined && !evidence.contradicted && boot.type === 'booted')
      rows.push({ masses: evidence.posterior.masses, boot });
  }
  const every = Math.ceil(rows.length / mostRows) || 1;
  return rows.filter((_, index) => index % every === 0 || index === rows.length - 1);
}

function sizeOf(wanted: number, count: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, Math.floor(wanted / Math.max(1, count))));
}

function rectangle(x: number, y: number, cell: { width: number; height: number }, mass: number): string {
  if (mass < 0.002) return '';
  const opacity = Math.min(1, 0.08 + 0.92 * Math.sqrt(mass)).toFixed(2);
  return `<rect x="${x}" y="${y}" width="${cell.width}" height="${cell.height}" fill-opacity="${opacity}"/>`;
}

function titleOf(boot: Observation, masses: Float64Array, log: SearchLog, names: CommitNames): string {
  const place = masses.indexOf(Math.max(...masses));
  const suspect = log.header.commits[place]?.id ?? '';
  const told = `${names.full(boot.commit)}${names.inCell(cellOf(boot))}: ${resultOf(boot)}; then most suspect ${names.short(suspect)}, ${percent(Math.max(...masses))}`;
  return html(told);
}
