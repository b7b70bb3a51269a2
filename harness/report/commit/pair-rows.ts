import type { JudgedPair } from '../../judgement/judgement.ts';
import { shownMetrics } from '../shown-metrics.ts';
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
  const rows = shownMetrics(metrics, all)
    .filter(({ result }) => result.comparison.base.n + result.comparison.candidate.n > 0)
    .map(metricRow);
  return {
    name: pair.name,
    changed: rows.filter(isChanged),
    costs: rows.filter(row => !isChanged(row)),
    sizes: {
      before: mostFrequent(rows.map(({ judged }) => judged.result.comparison.base.n)),
      after: mostFrequent(rows.map(({ judged }) => judged.result.comparison.candidate.n)),
    },
  };
}

/** Whether a change is proved, be it of the spread only or one that is called neither better nor worse. */
function isChanged({ judged: { result } }: MetricRow): boolean {
  return result.changed || result.reason === 'qualified' || result.reason === 'spread';
}

function mostFrequent(sizes: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const size of sizes) if (size > 0) counts.set(size, (counts.get(size) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || b[0] - a[0])[0]?.[0] ?? 0;
}

/** ` n=7/8` where a metric has another number of values than most, else nothing. */
export function oddSizes({ judged }: MetricRow, sizes: PairRows['sizes']): string {
  const { base, candidate } = judged.result.comparison;
  return base.n === sizes.before && candidate.n === sizes.after ? '' : ` n=${base.n}/${candidate.n}`;
}
