import { escapeText } from '../../escape.ts';
import type { WorkloadDesign } from '../../matrix/workload/workload-design.ts';
import { formatBytes, formatDuration, plural } from '../../units.ts';
import type { Exporter } from '../exporter.ts';
import type { FoldedDuplicate } from '../folded.ts';
import { leadingMetrics } from '../leading-metrics.ts';
import { countsOf, countsOfCell } from '../outcome-case.ts';
import type { CellReport, ReportModel } from '../report-model.ts';
import type { RunReport } from '../run-report.ts';
import { blockText } from '../text/blocks.ts';
import { callerLines } from '../text/callers.ts';
import { callLines } from '../text/calls.ts';
import { renderComparison } from '../text/comparison.ts';
import { Footnotes } from '../text/footnotes.ts';
import { loadCostLines } from '../text/load-cost.ts';
import { chooseScale, formatRange, formatValue } from '../text/quantity.ts';
import { type Column, cellRows, renderTable } from '../text/table.ts';
import { troubleLines } from '../text/trouble.ts';

const mostModules = 5;

/** Human-readable text, at most 120 columns wide. */
export const exporter: Exporter = {
  run: renderTerminalReport,
  comparison: renderComparison,
  files: report => {
    const files = [{ name: 'report.txt', text: renderTerminalReport(report) }];
    if (report.verdict.kind === 'judged')
      files.push({ name: 'comparison.txt', text: renderComparison(report.verdict.comparison) });
    return files;
  },
};

/** What was measured, then the verdict or a line that says why there is none. */
function renderTerminalReport({ model, path, verdict }: RunReport): string {
  const measured = renderMeasured(model, path);
  if (verdict.kind === 'judged') return `${measured}\n${renderComparison(verdict.comparison)}`;
  return verdict.kind === 'one-sided' ? `${measured}\n${verdict.sentence}\n` : measured;
}

/** What ran, one block of two lines per cell, footnotes, failed trials, path. */
function renderMeasured(model: ReportModel, path: string): string {
  const notes = new Footnotes();
  const table = renderCells(model.cells, notes);
  const blocks = [
    headLines(model),
    table,
    notes.lines(),
    sparedLines(model.cells),
    designLines(model.cells),
    memoryLegend(model.cells),
    callLines(model.cells),
    loadCostLines(model.cells),
    [...duplicateLines(model.cells), ...callerLines(model.cells.map(cell => cell.callers))],
    troubleLines(model.troubled, path),
    [totalLine(model), escapeText(path)],
  ];
  return blockText(blocks);
}

function headLines(model: ReportModel): string[] {
  const { run } = model;
  const kernels = run.kernels.map(kernel => `${kernel.kernel}/${kernel.config} ${kernel.release}`);
  const head = [
    `${escapeText(run.matrix.name)}: ${plural(model.planned, 'trial')} of ${plural(model.cells.length, 'cell')}, seed ${run.seed}`,
    `host: ${escapeText(run.host.cpuModel)}, ${plural(run.host.cores, 'core')}, ${formatBytes(run.host.memoryBytes)}, Linux ${escapeText(run.host.kernel)}`,
    `guests: ${run.accelerator.accelerator.toUpperCase()} (${escapeText(run.accelerator.reason)}), QEMU ${escapeText(run.qemu.version)}`,
  ];
  if (kernels.length > 0)
    head.push(`kernels: ${escapeText([...new Set(kernels)].join(', '), { length: 500 })}`);
  if (run.shard) head.push(`shard ${run.shard.index} of ${run.shard.count}`);
  return head;
}

function renderCells(cells: readonly CellReport[], notes: Footnotes): string[] {
  const metricColumns = leadingMetrics(cells)
    .map(name => metricColumn(name, cells))
    .filter(column => column !== undefined);
  const columns: Column[] = [
    { head: ['cell'], align: 'left' },
    { head: ['n'], align: 'right' },
    ...metricColumns.map(({ column }) => column),
    { head: ['outcomes'], align: 'left' },
  ];
  const rows = cells.flatMap(cell => {
    const marks = notes.add(cell);
    const outcomes = `${countsOfCell(cell)}${marks}`;
    const medians = [String(cell.passed), ...metricColumns.map(({ median }) => median(cell)), outcomes];
    const ranges = metricColumns.map(({ range }) => range(cell));
    const below = ranges.every(range => range === '') ? [] : [['  range', '', ...ranges, '']];
    return [...cellRows(cell.cell, medians), ...below];
  });
  return renderTable(columns, rows);
}

interface MetricColumn {
  column: Column;
  median: (cell: CellReport) => string;
  range: (cell: CellReport) => string;
}

/** A column with the texts of its cells: medians, and ranges where they vary. Undefined if no cell has the metric. */
function metricColumn(name: string, cells: readonly CellReport[]): MetricColumn | undefined {
  const known = cells.map(cell => cell.metrics.get(name)).filter(report => report !== undefined);
  const [first] = known;
  if (first === undefined) return undefined;
  const { title, unit } = first.metric;
  const scale = chooseScale(
    unit,
    known.map(report => report.median),
  );
  const words = escapeText(title, { length: 40 });
  const [word = '', ...others] = words.split(' ');
  const head = scale.unit === '' ? [word, others.join(' ')] : [words, scale.unit];
  return {
    column: { head: head.filter(line => line !== ''), align: 'decimal' },
    median: ({ metrics }) => {
      const report = metrics.get(name);
      return report ? formatValue(report.median, scale) : '-';
    },
    range: ({ metrics }) => {
      const report = metrics.get(name);
      return report && report.low !== report.high ? formatRange(report.low, report.high, scale) : '';
    },
  };
}

/** Which numbers can be compared: it depends on what ended the workload. */
function designLines(cells: readonly CellReport[]): string[] {
  const named = (design: WorkloadDesign) => {
    const names = cells.flatMap(({ cell }) => (cell.design === design ? [cell.workload.name] : []));
    return [...new Set(names)].map(name => escapeText(name, { length: 60 }));
  };
  const [time, work] = [named('fixed-time'), named('fixed-work')];
  const lines: string[] = [];
  if (time.length > 0)
    lines.push(
      `fixed time (${time.join(', ')}): totals grow with the speed of the kernel; compare the rates per request.`,
    );
  if (work.length > 0) lines.push(`fixed work (${work.join(', ')}): totals can be compared.`);
  return lines;
}

/** Why boots were spared: the number of cells decided after each number of boots. */
function sparedLines(cells: readonly CellReport[]): string[] {
  const stops = new Map<number, number>();
  for (const { spared } of cells) if (spared) stops.set(spared.after, (stops.get(spared.after) ?? 0) + 1);
  if (stops.size === 0) return [];
  const parts = [...stops]
    .sort(([a], [b]) => a - b)
    .map(([after, number]) => `${plural(number, 'cell')} after ${plural(after, 'boot')}`);
  return [`spared: the looks had decided ${parts.join(', ')}`];
}

/** The modules with the most failed duplicate loads or duplicate requests, over all boots that passed. */
function duplicateLines(cells: readonly CellReport[]): string[] {
  const lists = [
    ['failed duplicate loads: ', foldTotals(cells.map(cell => cell.duplicates))],
    ['duplicate requests:     ', foldTotals(cells.map(cell => cell.duplicateRequests))],
  ] as const;
  return lists.flatMap(([title, totals]) => {
    const shown = totals
      .slice(0, mostModules)
      .map(([name, total]) => `${escapeText(name, { length: 60 })} ${total}`);
    if (totals.length > mostModules) shown.push(`and ${plural(totals.length - mostModules, 'module')} more`);
    return shown.length > 0 ? [`${title}${shown.join(', ')}`] : [];
  });
}

function foldTotals(lists: readonly (readonly FoldedDuplicate[])[]): [string, number][] {
  const totals = new Map<string, number>();
  for (const { name, total } of lists.flat()) totals.set(name, (totals.get(name) ?? 0) + total);
  return [...totals].sort((a, b) => b[1] - a[1]);
}

function totalLine(model: ReportModel): string {
  return `${plural(model.planned, 'trial')} in ${formatDuration(model.elapsedNs)}: ${countsOf(model)}`;
}

/** Explanations of the memory metrics: the metrics that a line is about, and its text. */
const memoryLines = [
  {
    names: ['wasted_bytes'],
    text: [
      'wasted: the sum of what failed loads allocated and freed again: traffic, not memory in use at any time.',
    ],
  },
  {
    names: ['memory_peak_bytes', 'mapped_peak_bytes', 'vmalloc_peak_bytes'],
    text: [
      'memory peak: the most memory seen in use by modules and loaders, above the level before; samples are some',
      'milliseconds apart and miss shorter peaks. report.json also has vmalloc alone.',
    ],
  },
] as const;

/** Explains the difference between traffic and peak use, if a report has both. */
export function memoryLegend(cells: readonly CellReport[]): string[] {
  const has = (names: readonly string[]) => names.some(name => cells.some(cell => cell.metrics.has(name)));
  return memoryLines.every(({ names }) => has(names)) ? memoryLines.flatMap(({ text }) => text) : [];
}
