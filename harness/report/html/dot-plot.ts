import { scaleLinear } from 'd3-scale';
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

/** Height of the dots of one side, px. */
const seriesHeight = 18;

/** Both ends of the axis, in percent of the width: its figures need room beyond them. */
const across = [6, 94] as const;

/**
 * Every sample as a dot, a row for each cell or pair, all on one scale: per side a thick line at the median and a box over its
 * 95 % interval, from six boots on. Inside a row the dots go down in the order of the boots, so that a drift can be seen. Values that never vary are
 * one sentence.
 */
export function dotPlot(unit: MetricUnit, rows: readonly DotRow[]): string {
  const values = rows.flatMap(({ series }) => series.flatMap(({ values }) => values));
  const scale = valueScale(unit, values, across);
  const [first] = values;
  if (first !== undefined && values.every(value => value === first))
    return `<p>${html(scale.text(first))} in every boot (n=${values.length}).</p>`;
  const grid = scale.ticks
    .map(({ at }) => `<line class="grid" x1="${percent(at)}" x2="${percent(at)}" y1="0" y2="100%"/>`)
    .join('');
  const lines = rows.map(row => rowOf(row, scale, grid));
  const axis = scale.ticks
    .map(({ at, text }) => `<text x="${percent(at)}" y="12" text-anchor="middle">${html(text)}</text>`)
    .join('');
  const note = scale.isLog ? 'log scale' : '';
  return (
    `<div class="rows">${lines.join('\n')}<div></div>` +
    `<svg height="16" aria-hidden="true">${axis}</svg><div class="faint">${note}</div></div>`
  );
}

function percent(place: number): string {
  return `${Number(place.toFixed(2))}%`;
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
  const middle = percent(scale.place(medianSorted(ordered)));
  const interval = medianInterval(ordered);
  const [low, high] = interval ? [scale.place(interval.low), scale.place(interval.high)] : [0, 0];
  const box =
    high > low
      ? `<rect class="box" x="${percent(low)}" y="${top + 2}" width="${percent(high - low)}" height="14"/>`
      : '';
  return (
    `<g class="${side}">${box}${dots(values, scale, top)}` +
    `<line class="mid" x1="${middle}" x2="${middle}" y1="${top + 1}" y2="${top + 17}"/></g>`
  );
}

/** Of equal values one after the other the first and the last: hundreds of zeros need no hundreds of circles. */
function dots(values: readonly number[], scale: ValueScale, top: number): string {
  const down = scaleLinear([0, values.length - 1], [top + 3, top + seriesHeight - 3]);
  return values
    .map((value, index) => {
      if (value === values[index - 1] && value === values[index + 1]) return '';
      return `<circle class="dot" cx="${percent(scale.place(value))}" cy="${Number(down(index).toFixed(1))}" r="3"/>`;
    })
    .join('');
}
