import { median, medianSorted } from 'simple-statistics';
import type { MetricUnit } from '../../measurement/metric.ts';
import { medianInterval } from '../../statistics/effects/median-interval.ts';
import { html } from './markup.ts';
import { type ValueScale, valueScale } from './value-scale.ts';

/** The values of one side, in the order of its boots. */
export interface DotSeries {
  side: 'base' | 'new';
  values: readonly number[];
}

/** One line of a dot plot: one cell, or both sides of a pair. */
export interface DotRow {
  /** Text. */
  label: string;
  series: readonly DotSeries[];
  /** Markup behind the dots: what was found. */
  value: string;
}

const seriesHeight = 18;

/**
 * Every sample as a dot, a row for each cell or pair, all on one scale: per side a thick line at the median and a box over its
 * 95 % interval, from six boots on. Inside a row the dots go down in the order of the boots, so that a drift can be seen. Values that never vary are
 * one sentence.
 */
export function dotPlot(unit: MetricUnit, rows: readonly DotRow[]): string {
  const values = rows.flatMap(({ series }) => series.flatMap(({ values }) => values));
  const scale = valueScale(unit, values);
  const [first] = values;
  if (first !== undefined && values.every(value => value === first))
    return `<p>${html(scale.text(first))} in every boot (n=${values.length}).</p>`;
  const grid = scale.ticks
    .map(({ at }) => `<line class="grid" x1="${x(at)}" x2="${x(at)}" y1="0" y2="100%"/>`)
    .join('');
  const lines = rows.map(row => rowOf(row, scale, grid));
  const axis = scale.ticks
    .map(({ at, text }) => `<text x="${x(at)}" y="12" text-anchor="middle">${html(text)}</text>`)
    .join('');
  const note = scale.note.includes('log') ? 'log scale' : '';
  return (
    `<div class="rows">${lines.join('\n')}<div></div>` +
    `<svg height="16" aria-hidden="true">${axis}</svg><div class="faint">${note}</div></div>`
  );
}

/** Dots stay this far from both ends, where the figures of the axis need room. */
const margin = 0.06;

function x(place: number): string {
  return `${Number((100 * (margin + place * (1 - 2 * margin))).toFixed(2))}%`;
}

function rowOf({ label, series, value }: DotRow, scale: ValueScale, grid: string): string {
  const shown = series.filter(({ values }) => values.length > 0);
  const height = Math.max(1, shown.length) * seriesHeight;
  const drawn = shown.map((one, index) => seriesOf(one, scale, index * seriesHeight)).join('');
  const words = shown.map(({ side, values }) => `${side}: ${spoken(values, scale)}`).join('; ');
  const picture =
    words === ''
      ? '<div class="faint">not measured</div>'
      : `<svg height="${height}" role="img" aria-label="${html(`${label}: ${words}`, 400)}">${grid}${drawn}</svg>`;
  return `<div>${html(label, 300)}</div>${picture}<div class="value">${value}</div>`;
}

function spoken(values: readonly number[], scale: ValueScale): string {
  return `n=${values.length}, median ${scale.text(median([...values]))}`;
}

function seriesOf({ side, values }: DotSeries, scale: ValueScale, top: number): string {
  const ordered = [...values].sort((a, b) => a - b);
  const middle = x(scale.place(medianSorted(ordered)));
  const interval = medianInterval(ordered);
  const [low, high] = interval ? [scale.place(interval.low), scale.place(interval.high)] : [0, 0];
  const width = Number((100 * (high - low) * (1 - 2 * margin)).toFixed(2));
  const box =
    width > 0 ? `<rect class="box" x="${x(low)}" y="${top + 2}" width="${width}%" height="14"/>` : '';
  return (
    `<g class="${side}">${box}${dots(values, scale, top)}` +
    `<line class="mid" x1="${middle}" x2="${middle}" y1="${top + 1}" y2="${top + 17}"/></g>`
  );
}

/** Of equal values one after the other the first and the last: hundreds of zeros need no hundreds of circles. */
function dots(values: readonly number[], scale: ValueScale, top: number): string {
  const room = seriesHeight - 6;
  return values
    .map((value, index) => {
      if (value === values[index - 1] && value === values[index + 1]) return '';
      const y = top + 3 + (values.length > 1 ? (room * index) / (values.length - 1) : room / 2);
      return `<circle class="dot" cx="${x(scale.place(value))}" cy="${Number(y.toFixed(1))}" r="3"/>`;
    })
    .join('');
}
