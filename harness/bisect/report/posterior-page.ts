import { escapeText } from '../../escape.ts';
import type { SearchLog } from '../search/search-log.ts';
import { replay } from '../search/search-log.ts';
import type { CommitNames } from './commit-names.ts';
import { percent } from './conclusion-text.ts';

const widestRow = 240;
const mostRows = 400;
const cellWidth = 4;
const cellHeight = 3;

/**
 * A page, complete in itself, that shows the posterior over the commits step by step: a row for each boot of the search from
 * top to bottom, a column for each commit (or for several neighbours) from good to bad, darker the more suspect.
 */
export function posteriorPage(
  log: SearchLog,
  file: string,
  names: CommitNames,
  lines: readonly string[],
): string {
  const { history, rows } = posteriors(log, file);
  const columns = Math.min(widestRow, history.length);
  const columnOf = (place: number) => Math.min(columns - 1, Math.floor((place * columns) / history.length));
  const cells = rows.map((masses, row) => {
    const sums = new Map<number, number>();
    for (const [place, mass] of masses.entries())
      sums.set(columnOf(place), (sums.get(columnOf(place)) ?? 0) + mass);
    return [...sums].map(([column, sum]) => (sum < 0.002 ? '' : rectangle(column, row, sum))).join('');
  });
  const last = rows.at(-1);
  const suspects = history
    .map((commit, place) => ({ mass: last?.[place] ?? 0, commit }))
    .filter(({ mass }) => mass >= 0.001)
    .sort((a, b) => b.mass - a.mass)
    .slice(0, 20)
    .map(({ mass, commit }) => `<tr><td>${percent(mass)}</td><td>${html(names.full(commit))}</td></tr>`);
  const [width, height] = [columns * cellWidth, Math.max(1, rows.length) * cellHeight];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>modstorm bisect</title>
<style>body{font:14px sans-serif;margin:2em;max-width:70em}svg{border:1px solid #999;background:#fff}
pre{background:#f4f4f4;padding:1em;overflow-x:auto}td{padding:0 1em 0 0}</style></head><body>
<h1>Bisection</h1>
<pre>${html(lines.join('\n'))}</pre>
<h2>Posterior, boot by boot</h2>
<p>Each row is a boot of the search, the first one on top; each column ${history.length > columns ? `is about ${(history.length / columns).toFixed(1)} commits` : 'is a commit'},
from good on the left to bad on the right; the darker, the more suspect.</p>
<svg width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="posterior over commits">${cells.join('')}</svg>
<h2>Most suspect</h2>
<table>${suspects.join('\n')}</table>
</body></html>
`;
}

/** The posterior after each boot since the ends were told apart; every n-th when there are very many. */
function posteriors(log: SearchLog, file: string): { history: string[]; rows: Float64Array[] } {
  const ledger = replay({ ...log, observations: [] }, file);
  const rows: Float64Array[] = [];
  for (const observation of log.observations) {
    ledger.observe(observation);
    const { evidence } = ledger;
    if (evidence !== undefined && !evidence.contradicted && observation.type === 'booted')
      rows.push(evidence.posterior.masses);
  }
  const every = Math.ceil(rows.length / mostRows) || 1;
  const kept = rows.filter((_, index) => index % every === 0 || index === rows.length - 1);
  return { history: ledger.history.commits.map(({ id }) => id), rows: kept };
}

function rectangle(column: number, row: number, mass: number): string {
  const opacity = Math.min(1, 0.08 + 0.92 * Math.sqrt(mass)).toFixed(2);
  return `<rect x="${column * cellWidth}" y="${row * cellHeight}" width="${cellWidth}" height="${cellHeight}" fill-opacity="${opacity}"/>`;
}

function html(text: string): string {
  return escapeText(text, { length: 20_000, multiline: true })
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
