import { escapeText } from '../../escape.ts';
import type { JudgedPair } from '../../judgement/judgement.ts';
import type { MetricUnit } from '../../measurement/metric.ts';
import type { Outcome } from '../../measurement/record.ts';
import { kernelOfCell } from '../../store/kernel-of-cell.ts';
import type { KernelRecord, RunRecord } from '../../store/run-record.ts';
import type { ExportOptions } from '../export-options.ts';
import type { Exporter } from '../exporter.ts';
import { metricValues, UniqueNames } from '../metric-value.ts';
import { countsOfCell } from '../outcome-case.ts';
import type { CellReport } from '../report-model.ts';
import type { RunReport } from '../run-report.ts';

/**
 * For KernelCI: a report in version 5.3 of the KCIDB schema, to be sent by kci-dev or by POST to /submit. It has one test per
 * cell, per metric of the cell with its median, and per verdict.
 */
export const exporter: Exporter = { run: renderKcidb };

/** Worst first: several boots have the status of the worst one. */
const statuses = ['FAIL', 'ERROR', 'MISS', 'PASS', 'DONE', 'SKIP'] as const;
type Status = (typeof statuses)[number];

/** KCIDB distinguishes faults of the kernel, of the test and of the harness. */
const statusOfOutcome: Readonly<Record<Outcome['kind'], Status>> = {
  passed: 'PASS',
  failed: 'FAIL',
  crashed: 'FAIL',
  timeout: 'FAIL',
  invalid: 'ERROR',
  infrastructure: 'MISS',
  interrupted: 'MISS',
};

/** A placeholder origin that KernelCI has not assigned; an option sets another. */
const defaultOrigin = 'modstorm';

function renderKcidb(report: RunReport, options: ExportOptions = {}): string {
  const { run, cells } = report.model;
  const origin = options.origin ?? defaultOrigin;
  const id = (words: readonly string[]) =>
    `${origin}:${[run.run, ...words].map(word => plain(word, 100)).join(':')}`;
  const buildId = (kernel: KernelRecord) => id(['build', kernel.objectDigest]);
  const builds = new Map(run.kernels.map(kernel => [buildId(kernel), kernel]));
  const paths = new UniqueNames();
  const starts = firstStarts(report);
  const tests = cells.flatMap(cell => {
    const kernel = kernelRecordOf(run, cell);
    const shared = {
      origin,
      build_id: kernel ? buildId(kernel) : id(['build', 'unknown']),
      ...environmentOf(run),
    };
    return testsOf(cell, report, starts.get(cell.cell.id), paths).map(({ key, ...test }) => ({
      id: id([cell.cell.id, ...key]),
      ...shared,
      ...test,
    }));
  });
  return `${JSON.stringify(
    {
      version: { major: 5, minor: 3 },
      checkouts: [...builds].map(([key, kernel]) => ({
        id: key,
        origin,
        comment: plain(`Linux ${kernel.release}: ${kernel.origin}`, 400),
      })),
      builds: [...builds].map(([key, kernel]) => ({
        id: key,
        origin,
        checkout_id: key,
        architecture: 'x86_64',
        config_name: plain(kernel.config, 100),
        status: 'PASS',
      })),
      tests,
    },
    null,
    2,
  )}\n`;
}

interface Test {
  /** The part of the path that identifies the cell. */
  key: string[];
  path: string;
  status: Status;
  number?: { value: number; unit?: string; prefix?: 'binary' | 'metric' };
  comment?: string;
}

/** Start of the first boot of each cell, ISO 8601, by cell id. */
function firstStarts({ content }: RunReport): Map<string, string> {
  const starts = new Map<string, string>();
  for (const { cell, startedAt } of content.records) {
    const known = starts.get(cell);
    if (Number.isFinite(Date.parse(startedAt)) && (known === undefined || startedAt < known))
      starts.set(cell, startedAt);
  }
  return starts;
}

function testsOf(
  cell: CellReport,
  report: RunReport,
  started: string | undefined,
  paths: UniqueNames,
): Test[] {
  const place = pathWords(['modstorm', cell.cell.workload.name, cell.cell.label]);
  const path = (...words: string[]) =>
    paths.nameOf([cell.cell.id, ...words].join(' '), [...place, ...pathWords(words)].join('.'));
  const when = started === undefined ? {} : { start_time: started };
  return [
    {
      key: ['boots'],
      path: path('boots'),
      status: statusOf(cell),
      comment: countsOfCell(cell),
      ...when,
    },
    ...metricValues([cell]).map(({ name, unit, n, median, low, high }) => ({
      key: ['metric', name],
      path: path(name),
      status: 'DONE' as const,
      number: { value: median, ...unitOf(unit) },
      comment: `median of ${n}, ${low} to ${high}`,
      ...when,
    })),
    ...verdictTests(cell, report, path),
  ];
}

function statusOf({ outcomes, missing }: CellReport): Status {
  const found = new Set(Object.keys(outcomes).map(kind => statusOfOutcome[kind as Outcome['kind']]));
  if (missing > 0) found.add('MISS');
  return statuses.find(status => found.has(status)) ?? 'SKIP';
}

function verdictTests(
  cell: CellReport,
  { verdict }: RunReport,
  path: (...words: string[]) => string,
): Test[] {
  if (verdict.kind !== 'judged') return [];
  const pairs = verdict.comparison.judgement.pairs.filter(({ pair }) => pair.candidate.id === cell.cell.id);
  return pairs.flatMap(({ pair, metrics }: JudgedPair) =>
    metrics
      .filter(({ definition }) => definition.headline)
      .map(({ definition, result, sentence }) => ({
        key: ['verdict', pair.base.id, definition.name],
        path: path('verdict', definition.name, ...(pairs.length > 1 ? [pair.base.id] : [])),
        status: verdictStatus(result.verdict, definition.gated),
        comment: plain(`${result.verdict}: ${sentence}`, 1000),
      })),
  );
}

/** An open verdict is neither a pass nor a failure; a regression of an ungated metric fails nothing. */
function verdictStatus(verdict: string, gated: boolean): Status {
  if (verdict === 'REGRESSED' && gated) return 'FAIL';
  return verdict === 'UNCHANGED' || verdict === 'IMPROVED' ? 'PASS' : 'DONE';
}

function unitOf(unit: MetricUnit): { unit?: string; prefix?: 'binary' | 'metric' } {
  if (unit === 'bytes') return { unit: 'B', prefix: 'binary' };
  if (unit === 'ns') return { unit: 'ns' };
  return unit === 'per_second' ? { unit: '/s' } : {};
}

function environmentOf(run: RunRecord): { environment: { comment: string; misc: Record<string, string> } } {
  const { accelerator } = run.accelerator;
  const comment = `QEMU ${run.qemu.version} ${accelerator} on ${run.host.cpuModel}`;
  return { environment: { comment: plain(comment, 400), misc: { accelerator } } };
}

function kernelRecordOf(run: RunRecord, { cell }: CellReport): KernelRecord | undefined {
  const digest = kernelOfCell(run, cell.settings);
  return run.kernels.find(({ objectDigest }) => objectDigest === digest);
}

/** The words of a path, which may only contain letters, digits, `_` and `-`, unlike the `=` and `+` of labels. */
function pathWords(words: readonly string[]): string[] {
  return words.map(word => word.replaceAll(/[^A-Za-z0-9_-]+/g, '_').slice(0, 100) || '_');
}

function plain(text: string, length: number): string {
  return escapeText(text, { length });
}
