import { escapeText } from '../../escape.ts';
import type { WorkloadDesign } from '../../matrix/workload/workload-design.ts';
import { formatBytes, formatDuration, plural } from '../../units.ts';
import type { ExportOptions } from '../export-options.ts';
import type { Exporter } from '../exporter.ts';
import { rankTotals } from '../folded.ts';
import { countsOf } from '../outcome-case.ts';
import type { CellReport, ReportModel } from '../report-model.ts';
import type { RunReport } from '../run-report.ts';
import { blameLines } from '../text/blame.ts';
import { blockText } from '../text/blocks.ts';
import { callerLines } from '../text/callers.ts';
import { callLines } from '../text/calls.ts';
import { tellApart } from '../text/cell-names.ts';
import { cellTable } from '../text/cell-table.ts';
import { answerLines, comparisonBlocks, renderComparison } from '../text/comparison.ts';
import { fitLines } from '../text/fit-lines.ts';
import { Footnotes } from '../text/footnotes.ts';
import { loadCostLines } from '../text/load-cost.ts';
import { samplePlots } from '../text/sample-plots.ts';
import { troubleLines } from '../text/trouble.ts';
import { colourVerdicts } from '../text/verdict-colours.ts';

const mostModules = 5;

/** Human-readable text, as wide as its terminal; a file has no width. */
export const exporter: Exporter = {
  run: renderTerminalReport,
  comparison: renderComparison,
  colour: colourVerdicts,
  files: report => {
    const files = [{ name: 'report.txt', text: renderTerminalReport(report) }];
    if (report.verdict.kind === 'judged')
      files.push({ name: 'comparison.txt', text: renderComparison(report.verdict.comparison) });
    return files;
  },
};

/**
 * The answer of an A/B, what was measured, the verdict or a line that says why there is none, and at the end what did not pass,
 * where a terminal is read.
 */
function renderTerminalReport(
  { model, path, verdict, content }: RunReport,
  options: ExportOptions = {},
): string {
  const width = options.width ?? Number.POSITIVE_INFINITY;
  const compared = verdict.kind === 'judged' ? verdict.comparison : undefined;
  const blocks = [
    compared ? answerLines(compared) : [],
    ...measuredBlocks(model, width),
    options.plot && compared === undefined ? samplePlots(model, content, width) : [],
    ...(compared ? comparisonBlocks(compared, options) : []),
    verdict.kind === 'one-sided' ? [verdict.sentence] : [],
    troubleLines(model.troubled, path),
    [totalLine(model), escapeText(path)],
  ];
  return blockText(blocks.map(block => fitLines(block, width)));
}

/** What ran, one block of two lines per cell, footnotes, duplicates. */
function measuredBlocks(model: ReportModel, width: number): string[][] {
  const notes = new Footnotes();
  const { cells, shared } = tellApart(model.cells, model.run.matrix.varied);
  const table = cellTable(cells, notes, width);
  return [
    headLines(model),
    shared === '' ? [] : [`all cells: ${escapeText(shared, { length: 400 })}`],
    table,
    notes.lines(),
    sparedLines(cells),
    designLines(cells),
    memoryLegend(cells),
    callLines(cells, width),
    loadCostLines(cells, width),
    [...duplicateLines(cells), ...callerLines(cells.map(cell => cell.callers))],
    ...cells.map(cell => blameBlock(cell)),
  ];
}

/** Who loaded what in a traced cell; `modstorm blame` shows all of it. */
function blameBlock({ cell, blame }: CellReport): string[] {
  if (!blame) return [];
  return [`who loaded what, ${escapeText(cell.label, { length: 200 })}:`, ...blameLines(blame, 5, 3)];
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
  if (run.shard)
    head.push(`shard ${run.shard.index} of ${run.shard.count}: \`modstorm merge\` gives the whole run`);
  if (run.shards)
    head.push(`merged from ${plural(run.shards.length, 'shard')}; the host is that of the first`);
  return head;
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
    ['failed duplicate loads: ', cells.flatMap(cell => cell.duplicates)],
    ['duplicate requests:     ', cells.flatMap(cell => cell.duplicateRequests)],
  ] as const;
  return lists.flatMap(([title, modules]) => {
    const totals = rankTotals(modules, ({ name }) => name);
    const shown = totals
      .slice(0, mostModules)
      .map(({ item, total }) => `${escapeText(item.name, { length: 60 })} ${total}`);
    if (totals.length > mostModules) shown.push(`and ${plural(totals.length - mostModules, 'module')} more`);
    return shown.length > 0 ? [`${title}${shown.join(', ')}`] : [];
  });
}

function totalLine(model: ReportModel): string {
  return `${plural(model.planned, 'trial')} in ${formatDuration(model.elapsedNs)}: ${countsOf(model)}`;
}

/** Explanations of the memory metrics: the metrics that a line is about, and its text. */
const memoryLines = [
  {
    names: ['wasted_bytes'],
    text: 'wasted: the sum of what failed loads allocated and freed again: traffic, not memory in use at any time.',
  },
  {
    names: ['memory_peak_bytes', 'mapped_peak_bytes', 'vmalloc_peak_bytes'],
    text:
      'memory peak: the most memory seen in use by modules and loaders, above the level before; samples are some ' +
      'milliseconds apart and miss shorter peaks. report.json also has vmalloc alone.',
  },
] as const;

/** Explains the difference between traffic and peak use, if a report has both. */
export function memoryLegend(cells: readonly CellReport[]): string[] {
  const has = (names: readonly string[]) => names.some(name => cells.some(cell => cell.metrics.has(name)));
  return memoryLines.every(({ names }) => has(names)) ? memoryLines.map(({ text }) => text) : [];
}
