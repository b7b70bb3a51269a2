import type { JudgedPair } from '../../judgement/judgement.ts';
import { hasNews, shownMetrics } from '../shown-metrics.ts';
import { commonSizes } from '../text/comparison-table.ts';
import { type MetricRow, metricRow } from './metric-row.ts';

/** A pair as rows: what changed, then what did not, which is what the change costs or does not cost. */
export interface PairRows {
  name: string;
  changed: MetricRow[];
  /** Metrics without a proved change. */
  costs: MetricRow[];
  /** The number of values that most rows have, on each side. */
  sizes: { before: number; after: number };
}

/** The rows of a pair; `all` with every metric that was measured. */
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

/** ` n=7/8` where a metric has another number of values than most, else nothing. */
export function oddSizes({ judged }: MetricRow, sizes: PairRows['sizes']): string {
  const { base, candidate } = judged.result.comparison;
  return base.n === sizes.before && candidate.n === sizes.after ? '' : ` n=${base.n}/${candidate.n}`;
}
