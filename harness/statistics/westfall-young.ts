import { ascendingOrder } from './holm.ts';
import { type RandomSource, shuffleInPlace } from './random-source.ts';
import { makeSample } from './sample.ts';
import { compareScalars, type MaybeScalar } from './value.ts';

/** One metric of a cell; index i of both lists of all metrics is the same boot. */
export interface BootValues {
  base: readonly MaybeScalar[];
  candidate: readonly MaybeScalar[];
}

/** Mid-ranks of one metric over the boots of both sides, centred and scaled; NaN where it was not measured. */
type Scores = Float64Array;

/**
 * Adjusts the metrics of one cell for each other with Westfall and Young's step-down maxT (1993): whole boots change
 * sides, so metrics that share boots keep their dependence, and six faces of one cause cost little more than one.
 * @param permutations relabellings; the smallest p is 1 / (1 + permutations), so it must exceed cells / alpha
 * @returns adjusted p-values in the order given: the chance of any false alarm within the cell is at most p
 */
export function westfallYoung(
  metrics: readonly BootValues[],
  random: RandomSource,
  permutations = 9_999,
): number[] {
  const baseBoots = metrics.reduce((most, metric) => Math.max(most, metric.base.length), 0);
  const boots = baseBoots + metrics.reduce((most, metric) => Math.max(most, metric.candidate.length), 0);
  const scores = metrics.map(metric => scoreBoots(metric, baseBoots, boots));
  const sides = new Uint8Array(boots).fill(1, baseBoots);
  const observed = scores.map(score => distance(score, sides));
  const order = ascendingOrder(observed.map(value => -value));
  const hits = new Int32Array(metrics.length);
  for (let round = 0; round < permutations; round++) {
    shuffleInPlace(sides, random);
    let largest = 0;
    for (let rank = order.length - 1; rank >= 0; rank--) {
      const index = order[rank]!;
      largest = Math.max(largest, distance(scores[index]!, sides));
      if (largest >= observed[index]! - 1e-9) hits[index]!++;
    }
  }
  return stepDown(order, hits, permutations);
}

function stepDown(order: readonly number[], hits: Int32Array, permutations: number): number[] {
  const adjusted = new Array<number>(order.length);
  let running = 0;
  for (const index of order) {
    running = Math.max(running, (1 + hits[index]!) / (1 + permutations));
    adjusted[index] = running;
  }
  return adjusted;
}

function scoreBoots(metric: BootValues, baseBoots: number, boots: number): Scores {
  const scores = new Float64Array(boots).fill(Number.NaN);
  const places = new Map<number, MaybeScalar>();
  for (const [index, value] of metric.base.entries()) places.set(index, value);
  for (const [index, value] of metric.candidate.entries()) places.set(baseBoots + index, value);
  const measured = [...places].filter(([, value]) => value !== undefined && value !== null);
  const { ordered } = makeSample(measured.map(([, value]) => value));
  for (const [boot, value] of measured) {
    let below = 0;
    let equal = 0;
    for (const other of ordered) {
      const order = compareScalars(other, value!);
      if (order < 0) below++;
      else if (order === 0) equal++;
    }
    scores[boot] = below + (equal - ordered.length) / 2;
  }
  return scores;
}

/** |standardised rank sum of the candidate| among the boots that measured the metric; 0 where nothing can differ. */
function distance(scores: Scores, sides: Uint8Array): number {
  let sum = 0;
  let squares = 0;
  let candidates = 0;
  let measured = 0;
  for (let boot = 0; boot < scores.length; boot++) {
    const score = scores[boot]!;
    if (Number.isNaN(score)) continue;
    measured++;
    squares += score * score;
    if (sides[boot] === 0) continue;
    candidates++;
    sum += score;
  }
  const bases = measured - candidates;
  if (candidates === 0 || bases === 0 || squares === 0) return 0;
  const variance = (candidates * bases * squares) / (measured * (measured - 1));
  return Math.abs(sum) / Math.sqrt(variance);
}
