import { UsageError } from '../errors.ts';
import type { Exporter } from './exporter.ts';

/** The purpose of a format and a loader for its exporter. The file is imported on use, so the table itself costs nothing. */
interface Format {
  /** A few words for `--help`. */
  description: string;
  load(): Promise<{ exporter: Exporter }>;
}

/** Every format, by its name for `--format`. The first is the default. */
const formats = {
  terminal: { description: 'plain text', load: () => import('./formats/terminal.ts') },
  json: { description: 'one JSON document', load: () => import('./formats/json.ts') },
  commit: {
    description: 'for a commit message or a mail: plain text of 72 columns',
    load: () => import('./formats/commit.ts'),
  },
  markdown: { description: 'for a pull request', load: () => import('./formats/markdown.ts') },
  html: {
    description: 'one page with plots, complete in itself',
    load: () => import('./formats/html.ts'),
  },
  github: {
    description: 'for a job of GitHub Actions: annotations and the summary of the step',
    load: () => import('./formats/github.ts'),
  },
  junit: { description: 'JUnit XML, for Jenkins and GitLab', load: () => import('./formats/junit.ts') },
  tap: { description: 'TAP version 14', load: () => import('./formats/tap.ts') },
  ktap: { description: 'KTAP version 1, for kernel CIs', load: () => import('./formats/ktap.ts') },
  bencher: { description: 'Bencher Metric Format', load: () => import('./formats/bencher.ts') },
  'github-action-benchmark': {
    description: 'its customSmallerIsBetter JSON: metrics that are worse when higher',
    load: () => import('./formats/github-action-benchmark.ts'),
  },
  openmetrics: {
    description: 'for Prometheus, also through the textfile collector of node_exporter',
    load: () => import('./formats/openmetrics.ts'),
  },
  kcidb: { description: 'KCIDB 5.3, for KernelCI', load: () => import('./formats/kcidb.ts') },
  stats: {
    description: "one boot of each cell, as the kernel's own text",
    load: () => import('./formats/stats.ts'),
  },
} as const satisfies Record<string, Format>;

/** The name of a format. */
export type FormatName = keyof typeof formats;

/** The names of all formats, the default first. */
export const formatNames = Object.keys(formats) as FormatName[];

const width = Math.max(...formatNames.map(name => name.length)) + 2;

/** One line per format, with its name and purpose: `stats  one boot …`. */
export const formatLines = formatNames.map(name => `${name.padEnd(width)}${formats[name].description}`);

/** The exporter of a format. */
export async function loadExporter(name: FormatName): Promise<Exporter> {
  return (await formats[name].load()).exporter;
}

/** An exporter that has a form for comparisons. */
export type ComparisonExporter = Exporter & Required<Pick<Exporter, 'comparison'>>;

/**
 * The exporter of a format for a comparison alone.
 * @throws UsageError FORMAT_UNFIT if the format cannot show comparisons
 */
export async function loadComparisonExporter(name: FormatName): Promise<ComparisonExporter> {
  const exporter = await loadExporter(name);
  if (hasComparison(exporter)) return exporter;
  throw new UsageError('FORMAT_UNFIT', `the format ${name} shows a run and cannot show a comparison`, {
    hint: 'Use --format terminal, commit or json, or another of `modstorm report --help`.',
  });
}

function hasComparison(exporter: Exporter): exporter is ComparisonExporter {
  return exporter.comparison !== undefined;
}
