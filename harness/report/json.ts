import { storeValue } from '../store/sample.ts';
import type { CellReport, MetricReport, ReportModel } from './report-model.ts';

/** What `--json` needs beside the model. */
export interface JsonReportOptions {
  /** Path of the run folder. */
  path: string;
  /** The judged comparison of the run, when its matrix declares one. */
  comparison?: unknown;
}

/**
 * The report as one JSON document, `"version": 1`. Values are in base units (bytes, ns), unrounded; those beyond 2^53 are
 * decimal strings. A metric that no boot measured is absent.
 */
export function renderJsonReport(model: ReportModel, options: JsonReportOptions): string {
  const { run } = model;
  const document = {
    version: 1,
    path: options.path,
    run,
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
      evidence: `${options.path}/trials/${record.trial}`,
      reproduce,
    })),
    ...(options.comparison !== undefined && { comparison: options.comparison }),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
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
