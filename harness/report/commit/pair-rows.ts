import type { JudgedPair } from '../../judgement/judgement.ts';
import { hasNews, shownMetrics } from '../shown-metrics.ts';
import { commonSizes } from '../text/comparison-table.ts';
import { type MetricRow, metricRow } from './metric-row.ts';

/** A pair as rows: the changes, then the unchanged metrics, which show the costs. */
export interface PairRows {
  name: string;
  changed: MetricRow[];
  /** Metrics without a proved change. */
  costs: MetricRow[];
  /** The most common number of values per row, on each side. */
  sizes: { before: number; after: number };
}

/** The rows of a pair; with `all`, every measured metric. */
export function pairRows({ pair, metrics }: JudgedPair, all: boolean): PairRows {
  const measured = shownMetrics(metrics, all).filter(
    ({ result }) => result.comparison.base.n + result.comparison.candidate.n > 0,
  );
  const { base: before, candidate: after } = commonSizes(measured);
  return {
    name: pair.name,
    changed: measured.filter(hasNews).map(metricRow),
    costs: measured.filter(metric => !hasNews(metric)).map(metricRow),
    sizes: { before, after },
  };
}

/** ` n=7/8` if the metric does not have the usual number of values, else empty. */
export function oddSizes({ judged }: MetricRow, sizes: PairRows['sizes']): string {
  const { base, candidate } = judged.result.comparison;
  return base.n === sizes.before && candidate.n === sizes.after ? '' : ` n=${base.n}/${candidate.n}`;
}
