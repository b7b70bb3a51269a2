import { escapeText } from '../../escape.ts';
import type { Exporter } from '../exporter.ts';
import { type MetricValue, metricValues, UniqueNames } from '../metric-value.ts';
import type { CellReport, ReportModel } from '../report-model.ts';
import type { RunReport } from '../run-report.ts';

/**
 * For Prometheus: OpenMetrics text, which the textfile collector of node_exporter also reads. Samples have no timestamps,
 * because that collector skips files that contain one. Times are in seconds by convention.
 */
export const exporter: Exporter = { run: renderOpenMetrics };

/** One metric family with its samples. */
interface Family {
  name: string;
  help: string;
  samples: { labels: Record<string, string>; value: number }[];
}

function renderOpenMetrics(report: RunReport): string {
  const { model } = report;
  const families = [
    runFamily(model),
    bootFamily(model.cells),
    ...verdictFamily(report),
    ...metricFamilies(model.cells),
  ];
  return `${[...families.flatMap(familyLines), '# EOF'].join('\n')}\n`;
}

function familyLines({ name, help, samples }: Family): string[] {
  if (samples.length === 0) return [];
  return [
    `# HELP ${name} ${escapeHelp(help)}`,
    `# TYPE ${name} gauge`,
    ...samples.map(({ labels, value }) => {
      const text = Object.entries(labels).map(([label, one]) => `${label}="${escapeLabel(one)}"`);
      return `${name}{${text.join(',')}} ${value}`;
    }),
  ];
}

function runFamily({ run }: ReportModel): Family {
  const seconds = Date.parse(run.startedAt) / 1000;
  return {
    name: 'modstorm_run_start_time_seconds',
    help: 'When the run began, seconds since 1970.',
    samples: Number.isFinite(seconds)
      ? [{ labels: { matrix: run.matrix.name, run: run.run }, value: seconds }]
      : [],
  };
}

function bootFamily(cells: readonly CellReport[]): Family {
  return {
    name: 'modstorm_boots',
    help: 'Boots of a cell by how they ended.',
    samples: cells.flatMap(cell =>
      Object.entries({ ...cell.outcomes, ...(cell.missing > 0 && { not_run: cell.missing }) }).map(
        ([outcome, value]) => ({ labels: { ...cellLabels(cell), outcome }, value }),
      ),
    ),
  };
}

/** 1 for the verdict of a metric; other verdicts have no sample. */
function verdictFamily({ verdict }: RunReport): Family[] {
  if (verdict.kind !== 'judged') return [];
  const samples = verdict.comparison.judgement.pairs.flatMap(({ pair, metrics }) =>
    metrics
      .filter(({ definition }) => definition.headline)
      .map(({ definition, result }) => ({
        labels: {
          pair: pair.name,
          cell_id: pair.candidate.id,
          base_id: pair.base.id,
          metric: definition.name,
          gated: String(definition.gated),
          verdict: result.verdict,
        },
        value: 1,
      })),
  );
  return [{ name: 'modstorm_verdict', help: 'The verdict of a metric of a pair of cells.', samples }];
}

function metricFamilies(cells: readonly CellReport[]): Family[] {
  const names = new UniqueNames();
  const families = new Map<string, Family>();
  for (const value of metricValues(cells)) {
    const name = names.nameOf(value.name, familyName(value));
    const family = families.get(name) ?? {
      name,
      help: `${value.name}, median, least and greatest.`,
      samples: [],
    };
    families.set(name, family);
    const divisor = value.unit === 'ns' ? 1e9 : 1;
    for (const [stat, figure] of [
      ['median', value.median],
      ['least', value.low],
      ['greatest', value.high],
    ] as const)
      family.samples.push({ labels: { ...cellLabels(value.cell), stat }, value: figure / divisor });
  }
  return [...families.values()];
}

/** `modstorm_boot_seconds`, `modstorm_wasted_bytes`; only letters, digits and `_`. */
function familyName({ name, unit }: MetricValue): string {
  const base = unit === 'ns' ? `${name.replace(/_ns$/, '')}_seconds` : name;
  return `modstorm_${base.replaceAll(/[^A-Za-z0-9_]/g, '_').slice(0, 120)}`;
}

/** The label describes the cell; the id distinguishes cells with the same label. */
function cellLabels({ cell }: CellReport): Record<string, string> {
  return {
    cell: cell.label,
    cell_id: cell.id,
    kernel: cell.kernel,
    config: cell.config,
    vcpus: String(cell.vcpus),
    workload: cell.workload.name,
  };
}

/** In a help text, Prometheus does not accept escaped quotes, and OpenMetrics does not accept unescaped ones. */
function escapeHelp(text: string): string {
  return escapeLabel(text.replaceAll('"', "'"));
}

function escapeLabel(text: string): string {
  return escapeText(text, { length: 500 }).replaceAll('\\', '\\\\').replaceAll('"', '\\"');
}
