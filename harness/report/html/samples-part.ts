import type { RunComparison } from '../../judgement/judgement.ts';
import type { MetricUnit } from '../../measurement/metric.ts';
import { measuredNumbers, passedValues, samplesByCell } from '../../store/sample.ts';
import { plural } from '../../units.ts';
import { metricsOfCells, valueTexts } from '../commit/cell-tables.ts';
import { metricRow } from '../commit/metric-row.ts';
import type { RunReport } from '../run-report.ts';
import { shownMetrics } from '../shown-metrics.ts';
import { verdictClass } from './comparison-page.ts';
import { type DotRow, dotPlot } from './dot-plot.ts';
import { fold, html, section, sideKey } from './markup.ts';

/** One metric and its samples everywhere. */
interface MetricPlot {
  name: string;
  unit: MetricUnit;
  /** Whether it is shown at once. */
  leading: boolean;
  rows: DotRow[];
}

const pairKey =
  `<p class="legend">${sideKey}. Each dot is one boot, going down in the order in which they ran; the line is the median, the box ` +
  'its exact 95 % interval (from six boots on; up to eight that is their range).</p>';
const cellKey =
  '<p class="legend">Each dot is one boot, going down in the order in which they ran; the line is the median, the box its ' +
  'exact 95 % interval (from six boots on; up to eight that is their range). Text: median [range].</p>';

/** Every sample of every metric that was compared, base beside new; headlines first, the others closed. */
export function comparedSamples({ judgement }: RunComparison): string {
  const plots = new Map<string, MetricPlot>();
  for (const { pair, metrics } of judgement.pairs) {
    for (const judged of shownMetrics(metrics, true)) {
      const { name, unit, headline } = judged.definition;
      const series = [
        { side: 'base', values: measuredNumbers(pair.base.values.get(name)) },
        { side: 'new', values: measuredNumbers(pair.candidate.values.get(name)) },
      ] as const;
      if (series.every(({ values }) => values.length === 0)) continue;
      const row = metricRow(judged);
      const unitText = row.unit === '' ? '' : ` ${row.unit}`;
      const change = row.change === '-' ? '' : `, ${row.change} ${row.interval}`;
      const value =
        `${html(`${row.before} → ${row.after}${unitText}${change}`)} ` +
        `<span class="${verdictClass(judged)}">&#160;${row.mark}&#160;</span>`;
      const plot = plots.get(name) ?? { name, unit: unit as MetricUnit, leading: headline, rows: [] };
      plot.rows.push({ label: pair.name, series, value });
      plots.set(name, plot);
    }
  }
  return samplesSection([...plots.values()], pairKey);
}

/** Every sample of every metric of a run that compares nothing. */
export function measuredSamples({ model, content }: RunReport): string {
  const samples = samplesByCell(content.plan, content.records);
  const leading = new Set(metricsOfCells(model.cells).map(({ name }) => name));
  const metrics = new Map(
    model.cells.flatMap(cell =>
      [...cell.metrics.values()].map(({ metric }) => [metric.name, metric] as const),
    ),
  );
  const plots = [...metrics.values()].map((metric): MetricPlot => {
    const { unit, texts } = valueTexts(metric, model.cells);
    const rows = model.cells.map(({ cell }, index): DotRow => {
      const own = samples.get(cell.id);
      const values = measuredNumbers(own && passedValues(own, metric.name));
      const text = `${texts[index] ?? '-'}${unit === '' ? '' : ` ${unit}`}`;
      return {
        label: cell.label,
        series: [{ side: 'base', values }],
        value: values.length === 0 ? '' : html(text),
      };
    });
    return { name: metric.name, unit: metric.unit, leading: leading.has(metric.name), rows };
  });
  return samplesSection(plots, cellKey);
}

function samplesSection(plots: readonly MetricPlot[], key: string): string {
  if (plots.length === 0) return section('Samples', ['<p>No boot measured anything.</p>']);
  const shown = ({ name, unit, leading, rows }: MetricPlot) =>
    fold(`<b>${html(name, 100)}</b>`, dotPlot(unit, rows), { open: leading });
  const others = plots.filter(({ leading }) => !leading);
  const rest = fold(plural(others.length, 'more metric'), others.map(shown).join('\n'));
  return section('Samples', [
    key,
    ...plots.filter(({ leading }) => leading).map(shown),
    ...(others.length > 0 ? [rest] : []),
  ]);
}
