import { line as pathOf, symbol, symbolCircle, symbolDiamond } from 'd3-shape';
import type { MetricUnit } from '../../measurement/metric.ts';
import { html } from './markup.ts';
import { type ValueScale, valueScale } from './value-scale.ts';

/** A point of a line: its middle and, if it has several values, the least and the greatest. */
export interface LinePoint {
  /** Within `across`. */
  x: number;
  middle: number;
  low: number;
  high: number;
  /** Text, shown on hover. */
  title: string;
}

/** Points that are joined in their order. */
export interface Line {
  side: 'base' | 'new';
  points: readonly LinePoint[];
}

/** What a plot of lines shows. */
export interface LinePlot {
  /** Text: what a screen reader says instead. */
  name: string;
  unit: MetricUnit;
  lines: readonly Line[];
  /** Figures below the plot, at their places within `across`. */
  ticks: readonly { x: number; text: string }[];
  /** Events: a dashed line, and text at its head. */
  marks?: readonly { x: number; text: string }[];
}

/** The first and the last place of a point, in percent of the width: on the left stand the figures of the axis. */
export const across = [15, 96] as const;

/** Height of the plot, and where its greatest value stands, px. */
const height = 170;
const top = 18;

/** The form of a point tells the sides apart as its colour does. */
const forms = {
  base: symbol(symbolCircle, 40)() ?? '',
  new: symbol(symbolDiamond, 46)() ?? '',
};

/** Lines over one axis, with the range of each point. Its width is that of its place, with text that keeps its size. */
export function linePlot({ name, unit, lines, ticks, marks = [] }: LinePlot): string {
  const values = lines.flatMap(({ points }) => points.flatMap(({ low, high }) => [low, high]));
  const scale = valueScale(unit, values, [height, top], { zero: true });
  const grid = scale.ticks.map(({ at, text }) => {
    const y = short(at);
    return `<line class="grid" x1="0" x2="100%" y1="${y}" y2="${y}"/><text x="0" y="${short(at - 3)}">${html(text)}</text>`;
  });
  const below = ticks.map(
    tick =>
      `<text x="${short(tick.x)}%" y="${height + 16}" text-anchor="middle">${html(tick.text, 30)}</text>`,
  );
  const events = marks.map(({ x, text }) => {
    const place = `${short(x)}%`;
    return (
      `<line class="mark" x1="${place}" x2="${place}" y1="12" y2="${height}"/>` +
      `<text x="${place}" y="9" text-anchor="${anchorAt(x)}">${html(text, 40)}</text>`
    );
  });
  const log = scale.isLog ? '<figcaption>log scale</figcaption>' : '';
  return (
    `<figure><svg height="${height + 20}" role="img" aria-label="${html(name, 400)}">` +
    `${[...grid, ...below, ...events, ...lines.map(line => lineOf(line, scale))].join('')}</svg>${log}</figure>`
  );
}

/** Text at either end of a plot stays inside it. */
function anchorAt(x: number): 'start' | 'middle' | 'end' {
  return x < 33 ? 'start' : x > 67 ? 'end' : 'middle';
}

/** Digits beyond these cannot be seen. */
function short(place: number): string {
  return String(Number(place.toFixed(2)));
}

/** The path is drawn in percent of the width, so it is an image of its own that is stretched; points keep their form. */
function lineOf({ side, points }: Line, scale: ValueScale): string {
  if (points.length === 0) return '';
  const y = (value: number) => short(scale.place(value));
  const path = pathOf<LinePoint>(
    ({ x }) => x,
    ({ middle }) => scale.place(middle),
  ).digits(2)(points);
  const joined =
    `<svg height="${height}" viewBox="0 0 100 ${height}" preserveAspectRatio="none">` +
    `<path class="line" d="${path ?? ''}"/></svg>`;
  const drawn = points.map(({ x, low, high, middle, title }) => {
    const place = `${short(x)}%`;
    const range =
      low < high ? `<line class="range" x1="${place}" x2="${place}" y1="${y(low)}" y2="${y(high)}"/>` : '';
    return `${range}<svg class="point" x="${place}" y="${y(middle)}"><path d="${forms[side]}"><title>${html(title, 300)}</title></path></svg>`;
  });
  return `<g class="${side}">${joined}${drawn.join('')}</g>`;
}
