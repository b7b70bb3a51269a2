import { medianSorted } from 'simple-statistics';
import type { SampleValue } from '../store/sample.ts';

/** Median and range of one metric over the boots of a cell that measured it. */
export interface MetricSummary {
  /** Number of boots that measured it. */
  n: number;
  /** Number of boots that passed but did not measure it. Never treated as zero. */
  missing: number;
  median: number | bigint;
  low: number | bigint;
  high: number | bigint;
}

/**
 * The summary of a sample; undefined if nothing was measured. Values beyond 2^53 stay exact as bigint; their median is
 * rounded down to a whole number if the number of values is even.
 */
export function summarize(values: readonly SampleValue[]): MetricSummary | undefined {
  const present = values.filter(value => value !== null);
  present.sort((a, b) => (a < b ? -1 : Number(a > b)));
  const low = present[0];
  const high = present.at(-1);
  if (low === undefined || high === undefined) return undefined;
  return {
    n: present.length,
    missing: values.length - present.length,
    median: middle(present),
    low,
    high,
  };
}

function middle(ordered: readonly (number | bigint)[]): number | bigint {
  if (ordered.every(value => typeof value === 'number')) return medianSorted([...ordered] as number[]);
  // biome-ignore lint/style/noNonNullAssertion: there is a value, checked by the caller
  const below = ordered[Math.floor((ordered.length - 1) / 2)]!;
  // biome-ignore lint/style/noNonNullAssertion: as above
  const above = ordered[Math.floor(ordered.length / 2)]!;
  if (below === above) return below;
  // A number among bigints is below 2^53, and its fraction is negligible beside them.
  return (wholePart(below) + wholePart(above)) / 2n;
}

function wholePart(value: number | bigint): bigint {
  return typeof value === 'bigint' ? value : BigInt(Math.floor(value));
}
