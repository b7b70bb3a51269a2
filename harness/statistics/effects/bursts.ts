import { deviations, type Sample } from '../samples/sample.ts';
import type { EventTable } from '../tests/fisher.ts';
import { type RateDifference, rateDifference } from './clopper-pearson.ts';

/** How many trials of each side are bursts. */
export interface BurstRates extends EventTable {
  /** Change of the share, candidate minus base, with Newcombe's interval. */
  difference: RateDifference;
}

/**
 * How often a trial lies far from the middle of all trials. The interval of a mean or a median cannot show this, because
 * one slow boot in ten hardly moves either. The pooled middle treats both sides alike.
 */
export interface Bursts {
  /** Distance from the pooled median at which a trial counts: the gate of the metric. With 0, any other value counts. */
  distance: number;
  /** Trials at least that far above the middle, and that far below. */
  above: BurstRates;
  below: BurstRates;
  /** The largest change of either share that the intervals do not exclude. */
  bound: number;
}

/** Rounding of a difference must not hide a trial at exactly the distance of the gate. */
const rounding = 1 - 1e-12;

/**
 * Counts the trials of each side that lie `distance` or more from the pooled median.
 * @param base not empty, as is `candidate`
 */
export function measureBursts(base: Sample, candidate: Sample, distance: number, confidence: number): Bursts {
  const pivot = base.ordered[0] ?? 0;
  const left = deviations(base, pivot);
  const right = deviations(candidate, pivot);
  const middle = pooledMedian(left, right);
  const isAbove = (value: number) => (distance > 0 ? value - middle >= distance * rounding : value > middle);
  const isBelow = (value: number) => (distance > 0 ? middle - value >= distance * rounding : value < middle);
  const rates = (isBurst: (value: number) => boolean): BurstRates => {
    const table = {
      base: { events: countOf(left, isBurst), trials: left.length },
      candidate: { events: countOf(right, isBurst), trials: right.length },
    };
    return { ...table, difference: rateDifference(table, confidence) };
  };
  const above = rates(isAbove);
  const below = rates(isBelow);
  return { distance, above, below, bound: Math.max(boundOf(above), boundOf(below)) };
}

/** The largest change of a share that its interval leaves possible, in either direction. */
export function boundOf({ difference: { interval } }: { difference: RateDifference }): number {
  return Math.max(-interval.low, interval.high);
}

function countOf(values: Float64Array, counts: (value: number) => boolean): number {
  let count = 0;
  for (const value of values) if (counts(value)) count++;
  return count;
}

/** The median of two ascending lists together. */
function pooledMedian(left: Float64Array, right: Float64Array): number {
  const total = left.length + right.length;
  let i = 0;
  let j = 0;
  let before = 0;
  let current = 0;
  for (let place = 0; place <= total >> 1; place++) {
    before = current;
    const [first, second] = [left[i], right[j]];
    if (second === undefined || (first !== undefined && first <= second)) {
      current = first ?? 0;
      i++;
    } else {
      current = second;
      j++;
    }
  }
  return total % 2 === 1 ? current : before + (current - before) / 2;
}
