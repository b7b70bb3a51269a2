import { plural } from '../../units.ts';
import { metricsOfCells, valueTexts } from '../commit/cell-tables.ts';
import type { ExportOptions } from '../export-options.ts';
import { countsOf, countsOfCell, reasonOf } from '../outcome-case.ts';
import type { CellReport, ReportModel, TroubledTrial } from '../report-model.ts';
import type { RunReport, RunVerdict } from '../run-report.ts';
import { blameLines } from '../text/blame.ts';
import { comparisonMarkdown } from './comparison.ts';
import { code, details, fenced, html, prose, table } from './markdown-text.ts';

/** Maximum number of failed boots that are shown individually. */
const mostTroubles = 10;
/** Number of console lines for each. */
const consoleLines = 10;

/** A run for a pull request or the summary of a job: verdict, failures, measured values, environment. */
export function runMarkdown({ model, verdict, path }: RunReport, options: ExportOptions = {}): string[][] {
  return [
    [`### modstorm: ${code(model.run.matrix.name)}`],
    ...verdictBlocks(verdict, options),
    ...troubleBlocks(model, path),
    details(`What was measured: ${plural(model.cells.length, 'cell')}`, cellTable(model.cells)),
    ...blameBlocks(model.cells),
    environmentLines(model, path),
  ];
}

function verdictBlocks(verdict: RunVerdict, options: ExportOptions): string[][] {
  if (verdict.kind === 'judged') return comparisonMarkdown(verdict.comparison, options);
  if (verdict.kind === 'one-sided') return [[prose(verdict.sentence)]];
  if (verdict.kind === 'unknown') return [[`**No verdict**: ${prose(verdict.error.message)}`]];
  return [];
}

function troubleBlocks(model: ReportModel, path: string): string[][] {
  const { troubled, planned } = model;
  const more = troubled.length - mostTroubles;
  return [
    [`${plural(planned, 'boot')}: ${countsOf(model)}.`],
    ...troubled.slice(0, mostTroubles).map(one => troubleBlock(one, path)),
    more > 0 ? [`${plural(more, 'more boot')} did not pass.`] : [],
  ];
}

function troubleBlock({ record, cell, reproduce }: TroubledTrial, path: string): string[] {
  const reason = reasonOf(record.outcome);
  const head = `- **${record.outcome.kind}** ${code(cell.label)}${reason && `: ${code(reason)}`}`;
  if (record.outcome.kind === 'interrupted') return [head];
  return [
    head,
    '',
    ...fenced([
      ...(record.consoleTail ?? []).slice(-consoleLines),
      `evidence: ${path}/trials/${record.trial}`,
      `again:    ${reproduce}`,
    ]),
  ];
}

/** Who loaded what, for each traced cell. */
function blameBlocks(cells: readonly CellReport[]): string[][] {
  return cells.flatMap(({ cell, blame }) =>
    blame ? [details(`Who loaded what: ${html(cell.label)}`, fenced(blameLines(blame, 10, 5)))] : [],
  );
}

function cellTable(cells: readonly CellReport[]): string[] {
  const columns = metricsOfCells(cells).map(metric => valueTexts(metric, cells));
  const heads = columns.map(({ title, unit }) => prose(unit === '' ? title : `${title}, ${unit}`, 60));
  return table(
    ['cell', 'n', ...heads, 'outcomes'],
    cells.map((cell, index) => [
      code(cell.cell.label),
      String(cell.passed),
      ...columns.map(({ texts }) => texts[index] ?? '-'),
      countsOfCell(cell),
    ]),
  );
}

function environmentLines({ run }: ReportModel, path: string): string[] {
  const kernels = run.kernels.map(({ kernel, config, release }) => `${release} (${kernel}, ${config})`);
  const { accelerator } = run.accelerator;
  return [
    `Linux ${[...new Set(kernels)].map(kernel => code(kernel)).join(', ') || 'unknown'}; ` +
      `QEMU ${code(run.qemu.version)}, ` +
      `${accelerator.toUpperCase()}${accelerator === 'tcg' ? ' (emulated: times are those of the translator)' : ''}; ` +
      `host ${code(run.host.cpuModel)}, ${run.host.cores} cores; run ${code(path)}`,
  ];
}
