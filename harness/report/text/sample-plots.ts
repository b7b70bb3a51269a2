import { escapeText } from '../../escape.ts';
import type { CellPair } from '../../judgement/pairing.ts';
import { formatQuantity } from '../../judgement/quantity.ts';
import type { JudgedMetric } from '../../statistics/verdicts/metric-verdict.ts';
import type { RunContent } from '../../store/run-folder.ts';
import { measuredNumbers, passedValues, samplesByCell } from '../../store/sample.ts';
import { leadingMetrics } from '../leading-metrics.ts';
import type { ReportModel } from '../report-model.ts';
import { tellApart } from './cell-names.ts';
import { stripPlot } from './strip-plot.ts';

/** The width of plots in files. */
const usualWidth = 100;
const mostLabel = 24;

/** The samples of the metrics of a pair, base above new; empty if nothing varies. */
export function pairPlots(pair: CellPair, metrics: readonly JudgedMetric[], width = usualWidth): string[] {
  return metrics.flatMap(({ definition: { name, unit } }) => {
    const strips = [
      { label: 'base', values: measuredNumbers(pair.base.values.get(name)) },
      { label: 'new', values: measuredNumbers(pair.candidate.values.get(name)) },
    ];
    return titled(
      name,
      stripPlot(strips, value => formatQuantity(value, unit), width - 4),
    );
  });
}

/** The samples of the main metrics of a run without a comparison, one line per cell. */
export function samplePlots(model: ReportModel, content: RunContent, width: number): string[] {
  const samples = samplesByCell(content.plan, content.records);
  const { cells } = tellApart(model.cells, model.run.matrix.varied);
  return leadingMetrics(cells).flatMap(name => {
    const unit = cells.flatMap(({ metrics }) => metrics.get(name)?.metric.unit ?? [])[0] ?? 'count';
    const strips = cells.flatMap(({ cell }) => {
      const own = samples.get(cell.id);
      const values = measuredNumbers(own && passedValues(own, name));
      return values.length > 0 ? [{ label: escapeText(cell.label, { length: mostLabel }), values }] : [];
    });
    const room = Math.min(width, usualWidth) - 4;
    return titled(
      name,
      stripPlot(strips, value => formatQuantity(value, unit), room),
    );
  });
}

function titled(name: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  return [`  ${escapeText(name, { length: 40 })}`, ...lines.map(line => `    ${line}`)];
}
