import { scaleQuantize, scaleSqrt } from 'd3-scale';
import { html } from '../../report/html/markup.ts';
import type { Observation } from '../search/observation.ts';
import { replay, type SearchLog } from '../search/search-log.ts';
import type { CommitNames } from './commit-names.ts';
import { percent } from './conclusion-text.ts';
import { cellOf, resultOf, stages } from './step-table.ts';

/** Maximum numbers of columns and rows; beyond these, neighbouring commits share a column, and rows are left out. */
const mostColumns = 240;
const mostRows = 400;
/** Approximate size of the picture, px. */
const wantedWidth = 720;
const wantedHeight = 480;

/** Room above and below for the names of columns, and on the right for those of stages, px. */
const margin = { line: 18, right: 110 };
/** A stage has a name if its rows are at least so high together, px. */
const leastStage = 12;

/** How dark a column is: a small probability can still be seen, and nothing where it rounds to zero. */
const darkness = scaleSqrt([0, 1], [0.08, 1]).clamp(true);

/** The posterior after one boot. */
interface Row {
  masses: Float64Array;
  boot: Observation;
}

/** Where everything is. */
interface Grid {
  /** How many there are, and which one a commit is in. */
  columns: number;
  columnOf(place: number): number;
  /** Size of a cell of the grid, px. */
  width: number;
  height: number;
}

/**
 * The posterior over the commits as an SVG: a row for each boot after the ends were known to differ, from top to bottom, and
 * a column for each commit (or for several neighbours) from good to bad; darker cells are more suspect. A dot marks the
 * booted commit. The tooltip of a row shows what was booted.
 */
export function posteriorPicture(log: SearchLog, file: string, names: CommitNames): string {
  const rows = posteriors(log, file);
  const commits = log.header.commits.length;
  const columns = Math.min(mostColumns, commits);
  const grid: Grid = {
    columns,
    columnOf: scaleQuantize([0, commits], [...Array(columns).keys()]),
    width: sizeOf(wantedWidth, columns, 3, 36),
    height: sizeOf(wantedHeight, rows.length, 3, 16),
  };
  const [width, height] = [columns * grid.width, rows.length * grid.height];
  const places = new Map(log.header.commits.map(({ id }, place) => [id, place]));
  const drawn = rows.map(({ masses, boot }, row) => {
    const title = `<title>${titleOf(boot, masses, log, names)}</title>`;
    const y = row * grid.height;
    const under = `<rect y="${y}" width="${width}" height="${grid.height}" class="under"/>`;
    const booted = grid.columnOf(places.get(boot.commit) ?? 0);
    return `<g>${title}${under}${boxesOf(masses, y, grid)}${dot(booted, y, grid)}</g>`;
  });
  const texts = [...columnNames(rows, grid, log, names), ...stageNames(rows, grid)];
  const size = { width: width + margin.right, height: height + 2 * margin.line };
  return (
    `<svg class="fixed suspect" width="${size.width}" height="${size.height}" viewBox="0 ${-margin.line} ${size.width} ${size.height}" ` +
    `role="img" aria-label="posterior over commits">${[...drawn, ...texts].join('\n')}</svg>`
  );
}

function boxesOf(masses: Float64Array, y: number, grid: Grid): string {
  const sums = new Array<number>(grid.columns).fill(0);
  for (const [place, mass] of masses.entries()) {
    const column = grid.columnOf(place);
    sums[column] = (sums[column] ?? 0) + mass;
  }
  return sums.map((sum, column) => rectangle(column * grid.width, y, grid, sum)).join('');
}

function dot(column: number, y: number, { width, height }: Grid): string {
  const radius = Math.min(4, width / 3, height / 3).toFixed(1);
  return `<circle cx="${(column + 0.5) * width}" cy="${y + height / 2}" r="${radius}" class="new"/>`;
}

/** The ends above the first and the last column, and below its column the commit that is most suspect in the end. */
function columnNames(rows: readonly Row[], grid: Grid, log: SearchLog, names: CommitNames): string[] {
  const right = grid.columns * grid.width;
  const ends = [label(0, -5, 'start', 'good end'), label(right, -5, 'end', 'bad end')];
  const masses = rows.at(-1)?.masses;
  if (masses === undefined) return ends;
  const place = masses.indexOf(Math.max(...masses));
  const x = (grid.columnOf(place) + 0.5) * grid.width;
  const anchor = x < right / 4 ? 'start' : x > (right * 3) / 4 ? 'end' : 'middle';
  const suspect = names.short(log.header.commits[place]?.id ?? '');
  return [...ends, label(x, rows.length * grid.height + 13, anchor, suspect)];
}

/** Beside the first row of each stage. */
function stageNames(rows: readonly Row[], { columns, width, height }: Grid): string[] {
  const starts = rows.flatMap(({ boot }, row) =>
    row === 0 || boot.purpose.stage !== rows[row - 1]?.boot.purpose.stage ? [row] : [],
  );
  return starts.flatMap((start, index) => {
    const stage = rows[start]?.boot.purpose.stage;
    const end = starts[index + 1] ?? rows.length;
    if (stage === undefined || (end - start) * height < leastStage) return [];
    return [label(columns * width + 8, start * height + 11, 'start', stages[stage])];
  });
}

function label(x: number, y: number, anchor: 'start' | 'middle' | 'end', text: string): string {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}">${html(text)}</text>`;
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

function rectangle(x: number, y: number, { width, height }: Grid, mass: number): string {
  if (mass < 0.002) return '';
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill-opacity="${darkness(mass).toFixed(2)}"/>`;
}

function titleOf(boot: Observation, masses: Float64Array, log: SearchLog, names: CommitNames): string {
  const place = masses.indexOf(Math.max(...masses));
  const suspect = log.header.commits[place]?.id ?? '';
  const title = `${names.full(boot.commit)}${names.inCell(cellOf(boot))}: ${resultOf(boot)}; then most suspect ${names.short(suspect)}, ${percent(Math.max(...masses))}`;
  return html(title);
}
