import { UsageError } from '../../errors.ts';
import type { BootStats } from '../../judgement/side.ts';
import { plural } from '../../units.ts';
import { cellTables } from '../commit/cell-tables.ts';
import { comparisonBlocks } from '../commit/comparison-blocks.ts';
import { duplicateTable } from '../commit/duplicates.ts';
import { runEnvironment } from '../commit/environment.ts';
import { mailText, paragraph, plainText } from '../commit/mail-text.ts';
import type { ExportOptions } from '../export-options.ts';
import type { Exporter } from '../exporter.ts';
import { countsOf, reasonOf } from '../outcome-case.ts';
import type { ReportModel } from '../report-model.ts';
import type { RunReport } from '../run-report.ts';

/** For a commit message or a mail: plain ASCII of at most 72 columns, every line indented by two. */
export const exporter: Exporter = {
  run: renderCommitReport,
  comparison: (comparison, options) => mailText(comparisonBlocks(comparison, options)),
};

const defaultTop = 10;
const mostTroubles = 5;

/** The comparison that the matrix declares, else the values of each cell; then the boots without numbers. */
function renderCommitReport(report: RunReport, options: ExportOptions = {}): string {
  const { verdict, model } = report;
  const trouble = troubleLines(model);
  if (verdict.kind === 'judged') return mailText([...comparisonBlocks(verdict.comparison, options), trouble]);
  if (options.style !== undefined)
    throw new UsageError('FORMAT_UNFIT', `--style ${options.style} is for the tables of a comparison`, {
      hint: 'This run compares nothing: leave --style out, or name two runs with `modstorm compare`.',
    });
  const tables = cellTables(model);
  return mailText([
    paragraph(`${plainText(model.run.matrix.name)}: ${plural(model.planned, 'boot')}: ${countsOf(model)}`),
    ...(tables.length > 0 ? tables : [['no boot gave a number']]),
    ...(tables.length > 0 ? [['medians [least..greatest] over the n boots that passed']] : []),
    ...duplicatesOf(report, options.top ?? defaultTop),
    verdict.kind === 'one-sided' ? paragraph(plainText(verdict.sentence, 400)) : [],
    verdict.kind === 'unknown' ? paragraph(`no verdict: ${plainText(verdict.error.message, 400)}`) : [],
    trouble,
    runEnvironment(
      model.run,
      model.cells.map(({ cell }) => cell),
    ),
  ]);
}

/** The failures, each kind once, most frequent first; empty if every boot passed. */
function troubleLines(model: ReportModel): string[] {
  if (model.troubled.length === 0 && model.missing === 0) return [];
  const reasons = new Map<string, number>();
  for (const { record, cell } of model.troubled) {
    const detail = reasonOf(record.outcome);
    const text = `${record.outcome.kind}, ${plainText(cell.label, 80)}${detail && `: ${plainText(detail, 120)}`}`;
    reasons.set(text, (reasons.get(text) ?? 0) + 1);
  }
  const sorted = [...reasons].sort((a, b) => b[1] - a[1]);
  const lines = sorted.slice(0, mostTroubles).map(([text, count]) => `${count} ${text}`);
  if (sorted.length > mostTroubles) lines.push(`and ${plural(sorted.length - mostTroubles, 'kind')} more`);
  return [
    ...paragraph(`Not every boot gave numbers. ${plural(model.planned, 'boot')}: ${countsOf(model)}.`),
    ...lines.flatMap(paragraph),
  ];
}

/** The duplicates of the cell with the most, by module. */
function duplicatesOf({ content, model }: RunReport, top: number): string[][] {
  const total = (cell: ReportModel['cells'][number]) =>
    cell.duplicates.reduce((sum, one) => sum + one.total, 0) / Math.max(1, cell.passed);
  const [most] = model.cells.toSorted((a, b) => total(b) - total(a));
  if (most === undefined) return [];
  const boots = content.records
    .filter(({ cell, outcome }) => cell === most.cell.id && outcome.kind === 'passed')
    .map(({ counters, duplicates }): BootStats => ({ counters: counters?.after ?? {}, duplicates }));
  const table = duplicateTable(undefined, boots, top);
  if (table.length === 0) return [];
  return [model.cells.length > 1 ? [...paragraph(plainText(most.cell.label, 200)), ...table] : table];
}
