import type { MetricUnit } from '../../measurement/metric.ts';
import { html } from './markup.ts';
import { type ValueScale, valueScale } from './value-scale.ts';

/** A point of a line: its middle and, if it has several values, the least and the greatest. */
export interface LinePoint {
  /** From 0 at the left end to 1 at the right. */
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
  /** Figures below the plot, at their places. */
  ticks: readonly { x: number; text: string }[];
  /** Events: a dashed line, and text at its head. */
  marks?: readonly { x: number; text: string }[];
}

const height = 170;
const top = 18;

/** Lines over one axis, with the range of each point. Its width is that of its place, with text that keeps its size. */
export function linePlot({ name, unit, lines, ticks, marks = [] }: LinePlot): string {
  const scale = valueScale(
    unit,
    lines.flatMap(({ points }) => points.flatMap(({ low, high }) => [low, high])),
    { zero: true },
  );
  const grid = scale.ticks.map(({ at, text }) => {
    const line = `<line class="grid" x1="0" x2="100%" y1="${y(at)}" y2="${y(at)}"/>`;
    return `${line}<text x="0" y="${y(at) - 3}">${html(text)}</text>`;
  });
  const below = ticks.map(
    tick => `<text x="${x(tick.x)}" y="${height + 16}" text-anchor="middle">${html(tick.text, 30)}</text>`,
  );
  const events = marks.map(
    mark =>
      `<line class="mark" x1="${x(mark.x)}" x2="${x(mark.x)}" y1="12" y2="${height}"/>` +
      `<text x="${x(mark.x)}" y="9" text-anchor="middle">${html(mark.text, 40)}</text>`,
  );
  const log = scale.note.includes('log') ? '<figcaption>log scale</figcaption>' : '';
  return (
    `<figure><svg height="${height + 20}" role="img" aria-label="${html(name, 400)}">` +
    `${[...grid, ...below, ...events, ...lines.map(line => lineOf(line, scale))].join('')}</svg>${log}</figure>`
  );
}

/** Left of the points stand the figures of the axis. */
function x(place: number): string {
  return `${Number((15 + place * 81).toFixed(2))}%`;
}

function y(place: number): number {
  return Number((height - place * (height - top)).toFixed(1));
}

function lineOf({ side, points }: Line, scale: ValueScale): string {
  const at = (value: number) => y(scale.place(value));
  const parts = points.map((point, index) => {
    const before = points[index - 1];
    const joined = before
      ? `<line class="line" x1="${x(before.x)}" y1="${at(before.middle)}" x2="${x(point.x)}" y2="${at(point.middle)}"/>`
      : '';
    const range =
      point.low < point.high
        ? `<line class="range" x1="${x(point.x)}" x2="${x(point.x)}" y1="${at(point.low)}" y2="${at(point.high)}"/>`
        : '';
    const dot = `<circle cx="${x(point.x)}" cy="${at(point.middle)}" r="3.5"><title>${html(point.title, 300)}</title></circle>`;
    return `${joined}${range}${dot}`;
  });
  return `<g class="${side}">${parts.join('')}</g>`;
}
