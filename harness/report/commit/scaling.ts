import type { JudgedPair } from '../../judgement/judgement.ts';
import { failedBoots } from '../../judgement/side.ts';
import { axisSeries } from '../axis-series.ts';
import type { MetricRow } from './metric-row.ts';
import { type PairRows, pairRows } from './pair-rows.ts';

/** Pairs that differ in one numeric axis, in its order. */
export interface ScalingGroup {
  axis: string;
  /** The settings that its pairs share and that other groups do not have. */
  name: string;
  points: { value: number; rows: PairRows }[];
}

/**
 * The pairs as series over a numeric axis. Undefined if there is no such axis, so the pairs are shown one by one.
 */
export function scalingGroups(pairs: readonly JudgedPair[]): ScalingGroup[] | undefined {
  return axisSeries(pairs, ({ pair }) => pair.candidate.settings)?.map(({ points, ...series }) => ({
    ...series,
    points: points.map(({ value, item }) => ({ value, rows: pairRows(item, true) })),
  }));
}

/**
 * The metrics of a group that get their own table: those with a proved change at any point, else the gated headlines, else
 * the first.
 */
export function scalingMetrics({ points }: ScalingGroup): string[] {
  const names = (rows: readonly MetricRow[]) => rows.map(({ judged }) => judged.definition.name);
  const changed = new Set(points.flatMap(({ rows }) => names(rows.changed)));
  if (changed.size > 0) return [...changed];
  const open = points.flatMap(({ rows }) => rows.costs).filter(({ judged }) => judged.definition.headline);
  const gated = open.filter(
    ({ judged: { definition, result } }) =>
      definition.gated && definition.name !== failedBoots && result.comparison.effect,
  );
  return [...new Set(names(gated.length > 0 ? gated : open.slice(0, 1)))];
}
