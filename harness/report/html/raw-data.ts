import { metricsOf } from '../../store/sample.ts';
import type { RunReport } from '../run-report.ts';
import { section } from './markup.ts';

/** The values of every boot as a download that is part of the page. */
export function rawDataPart({ model, content }: RunReport): string {
  const data = {
    version: 1,
    run: model.run.run,
    cells: model.cells.map(({ cell }) => ({ id: cell.id, label: cell.label, settings: cell.settings })),
    trials: content.records.map(record => ({
      trial: record.trial,
      cell: record.cell,
      outcome: record.outcome,
      metrics: metricsOf(record),
    })),
  };
  return download(data, 'samples.json', 'the outcome and every value of every boot');
}

/** A link that saves data which the page itself holds. */
export function download(data: unknown, file: string, what: string): string {
  const text = JSON.stringify(data, (_, value) => (typeof value === 'bigint' ? String(value) : value));
  const encoded = Buffer.from(text).toString('base64');
  return section('Data', [
    `<p><a download="${file}" href="data:application/json;base64,${encoded}">${file}</a>: ${what}, in base units (bytes, ns).</p>`,
  ]);
}
