import type { JudgedPair } from '../../judgement/judgement.ts';
import { failedBoots } from '../../judgement/side.ts';
import { groupBy } from '../../statistics/samples/group.ts';
import type { MetricRow } from './metric-row.ts';
import { type PairRows, pairRows } from './pair-rows.ts';

/** Pairs that differ in the value of one numeric axis, in its order. */
export interface ScalingGroup {
  axis: string;
  /** The settings that its pairs share and other groups do not. */
  name: string;
  points: { value: number; rows: PairRows }[];
}

/**
 * The pairs as series over an axis with numbers, the first that has two values at least: `vcpus` before others. Undefined where
 * none has, so that the pairs stand for themselves.
 */
export function scalingGroups(pairs: readonly JudgedPair[]): ScalingGroup[] | undefined {
  const axes = differingAxes(pairs);
  const axis = ['vcpus', ...axes].find(name => axes.includes(name) && isNumeric(pairs, name));
  if (axis === undefined) return undefined;
  const others = axes.filter(name => name !== axis);
  const nameOf = ({ pair }: JudgedPair) =>
    others.map(name => `${name}=${pair.candidate.settings[name] ?? '-'}`).join(' ');
  const groups = [...groupBy(pairs, nameOf)].map(([name, some]) => ({
    axis,
    name,
    points: some
      .map(judged => ({ value: Number(judged.pair.candidate.settings[axis]), rows: pairRows(judged, true) }))
      .sort((a, b) => a.value - b.value),
  }));
  // Two pairs with one value are no series: something else tells them apart.
  return groups.some(({ points }) => new Set(points.map(({ value }) => value)).size < points.length)
    ? undefined
    : groups;
}

function differingAxes(pairs: readonly JudgedPair[]): string[] {
  const names = new Set(pairs.flatMap(({ pair }) => Object.keys(pair.candidate.settings)));
  return [...names].filter(name => new Set(pairs.map(({ pair }) => pair.candidate.settings[name])).size > 1);
}

function isNumeric(pairs: readonly JudgedPair[], axis: string): boolean {
  return pairs.every(({ pair }) => /^\d+(?:\.\d+)?$/.test(pair.candidate.settings[axis] ?? ''));
}

/**
 * The metrics of a group that get a table of their own: those of which a change is proved at any point, else the gated
 * headlines, else the first.
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
