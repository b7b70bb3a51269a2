import { storeValue } from '../../store/sample.ts';
import { comparisonDocument, renderComparisonJson } from '../comparison-document.ts';
import type { Exporter } from '../exporter.ts';
import type { CellReport, MetricReport } from '../report-model.ts';
import type { RunReport, RunVerdict } from '../run-report.ts';

/** Machine-readable: every number that was measured and judged. */
export const exporter: Exporter = {
  run: report => renderReport(report, verdictDocument(report.verdict)),
  comparison: renderComparisonJson,
  files: report => {
    const comparison = verdictDocument(report.verdict);
    const files = [{ name: 'report.json', text: renderReport(report, comparison) }];
    if (report.verdict.kind === 'judged')
      files.push({ name: 'comparison.json', text: `${JSON.stringify(comparison, null, 2)}\n` });
    return files;
  },
};

/**
 * The report as one JSON document, `"version": 1`. Values are in base units (bytes, ns), unrounded; those beyond 2^53 are
 * decimal strings. A metric that no boot measured is absent.
 * @param comparison the document of the verdict
 */
function renderReport({ path, model }: RunReport, comparison: unknown): string {
  const document = {
    version: 1,
    path,
    run: model.run,
    planned: model.planned,
    notRun: model.missing,
    spared: model.spared,
    outcomes: model.outcomes,
    elapsedNs: model.elapsedNs,
    cells: model.cells.map(cellDocument),
    troubled: model.troubled.map(({ record, cell, reproduce }) => ({
      trial: record.trial,
      cell: cell.id,
      label: cell.label,
      outcome: record.outcome,
      consoleTail: record.consoleTail ?? [],
      evidence: `${path}/trials/${record.trial}`,
      reproduce,
    })),
    comparison,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** The verdict in the report; undefined, and so absent, if none was requested or none could be given. */
function verdictDocument(verdict: RunVerdict): unknown {
  if (verdict.kind === 'judged') return comparisonDocument(verdict.comparison);
  return verdict.kind === 'one-sided' ? { nothing: verdict.sentence } : undefined;
}

function cellDocument(report: CellReport): unknown {
  const { cell, metrics, missing, ...rest } = report;
  return {
    id: cell.id,
    label: cell.label,
    settings: cell.settings,
    ...rest,
    notRun: missing,
    metrics: Object.fromEntries([...metrics].map(([name, metric]) => [name, metricDocument(metric)])),
  };
}

function metricDocument({ metric, n, missing, median, low, high }: MetricReport): unknown {
  return {
    unit: metric.unit,
    class: metric.class,
    worse: metric.worse,
    n,
    missing,
    median: storeValue(median),
    low: storeValue(low),
    high: storeValue(high),
  };
}
