import { scaleLinear, scaleLog } from 'd3-scale';
import { extent } from 'simple-statistics';
import type { JudgedPair, RunComparison } from '../../judgement/judgement.ts';
import type { MetricUnit } from '../../measurement/metric.ts';
import type { Summary } from '../../statistics/samples/descriptive.ts';
import type { JudgedMetric } from '../../statistics/verdicts/metric-verdict.ts';
import { type AxisSeries, axisSeries } from '../axis-series.ts';
import { metricsOfCells } from '../commit/cell-tables.ts';
import { centreOf } from '../commit/metric-row.ts';
import type { CellReport } from '../report-model.ts';
import { headlinesOf } from './comparison-page.ts';
import { across, type Line, linePlot } from './line-plot.ts';
import { html, section, sideKey } from './markup.ts';

/** A curve has this many points at least. */
const leastPoints = 3;

/** What stands at one value of the axis. */
interface CurveValue {
  side: Line['side'];
  middle: number;
  low: number;
  high: number;
}

/** How the headlines grow along an axis with numbers, base and new; nothing where no axis has three of them. */
export function comparedCurves(comparison: RunComparison): string {
  const headlines = headlinesOf(comparison).filter(name => name !== 'failed_boots');
  const units = new Map(comparison.judgement.definitions.map(({ name, unit }) => [name, unit as MetricUnit]));
  return curvesSection(
    axisSeries(comparison.judgement.pairs, ({ pair }) => pair.candidate.settings),
    headlines.map(name => ({ name, unit: units.get(name) ?? 'count' })),
    ({ metrics }: JudgedPair, name) => {
      const judged = metrics.find(({ definition }) => definition.name === name);
      if (judged === undefined) return [];
      const { base, candidate } = judged.result.comparison;
      return [...curveValue(judged, base, 'base'), ...curveValue(judged, candidate, 'new')];
    },
  );
}

/** The same for a run that compares nothing. */
export function measuredCurves(cells: readonly CellReport[]): string {
  return curvesSection(
    axisSeries(cells, ({ cell }) => cell.settings),
    metricsOfCells(cells),
    ({ metrics }, name) => {
      const report = metrics.get(name);
      if (report === undefined) return [];
      const { median, low, high } = report;
      return [{ side: 'base', middle: Number(median), low: Number(low), high: Number(high) }];
    },
  );
}

function curveValue(judged: JudgedMetric, summary: Summary, side: Line['side']): CurveValue[] {
  const centre = centreOf(judged, summary);
  if (centre === undefined || summary.least === undefined || summary.greatest === undefined) return [];
  return [{ side, middle: Number(centre), low: Number(summary.least), high: Number(summary.greatest) }];
}

function curvesSection<Item>(
  series: readonly AxisSeries<Item>[] | undefined,
  metrics: readonly { name: string; unit: MetricUnit }[],
  valuesOf: (item: Item, metric: string) => CurveValue[],
): string {
  const long = (series ?? []).filter(({ points }) => points.length >= leastPoints);
  const figures = long.flatMap(({ axis, name, points }) =>
    metrics.flatMap(metric => {
      const place = axisScale(points.map(({ value }) => value));
      const values = points.flatMap(({ value, item }) =>
        valuesOf(item, metric.name).map(found => ({ ...found, value })),
      );
      if (isFlat(values)) return [];
      const lines = (['base', 'new'] as const).map(side => ({
        side,
        points: values
          .filter(one => one.side === side)
          .map(({ value, middle, low, high }) => ({
            x: place(value),
            middle,
            low,
            high,
            title: `${side}, ${axis}=${value}: ${middle} [${low}..${high}]`,
          })),
      }));
      const plot = linePlot({
        name: `${metric.name} over ${axis} ${name}`,
        unit: metric.unit,
        lines,
        ticks: points.map(({ value }) => ({ x: place(value), text: String(value) })),
      });
      const title = `${metric.name} over ${axis}${name === '' ? '' : `, ${name}`}`;
      return [`<div><h3>${html(title, 200)}</h3>${plot}</div>`];
    }),
  );
  if (figures.length === 0) return '';
  const isCompared = figures.some(figure => figure.includes('<g class="new"><'));
  const sides = isCompared ? `${sideKey}. ` : '';
  return section('Scaling', [
    `<p class="legend curves">${sides}Points: mean of counts, median of times; thin lines: range over the boots.</p>`,
    `<div class="plots">${figures.join('\n')}</div>`,
  ]);
}

/** Whether there is nothing to draw: no value, or always the same. */
function isFlat(values: readonly CurveValue[]): boolean {
  const [first] = values;
  return values.every(({ low, high }) => low === first?.low && high === first.low);
}

/** CPU counts double from one to the next: equal ratios are equal distances where that is so. */
function axisScale(values: readonly number[]): (value: number) => number {
  const [low, high] = extent([...values]);
  return (low > 0 && high / low >= 8 ? scaleLog() : scaleLinear()).domain([low, high]).range(across);
}
