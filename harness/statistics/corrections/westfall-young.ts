// biome-ignore-all lint/style/noNonNullAssertion: indices are bounded by the loops; a check in them would be run for every relabelling
import type { RandomSource } from '../samples/random-source.ts';
import { makeSample } from '../samples/sample.ts';
import type { MaybeScalar, Scalar } from '../samples/value.ts';
import { ascendingEntries } from './holm.ts';

/** One metric of a cell. Index i refers to the same boot in the lists of all metrics. */
export interface BootValues {
  base: readonly MaybeScalar[];
  candidate: readonly MaybeScalar[];
}

/** Mid-ranks of one metric over the boots of both sides. */
interface Scores {
  /** Centred, so that all of them sum to zero; NaN where the boot did not measure it. */
  ranks: Float64Array;
  measured: number;
  squares: number;
  /** Factor that standardises a sum when every boot measured it. */
  complete: number | undefined;
}

/** Stop after this many hits, when p is known to about 7 %. This rule of Besag and Clifford (1991) is exactly valid. */
const enoughHits = 200;

/**
 * Adjusts the metrics of one cell for each other with Westfall and Young's step-down maxT (1993): whole boots change
 * sides, so metrics that share boots keep their dependence, and six metrics with one cause cost little more than one.
 * @param permutations maximum number of relabellings; the smallest p is 1 / (1 + permutations)
 * @returns adjusted p-values in the given order: the chance of any false alarm within the cell is at most p
 */
export function westfallYoung(
  metrics: readonly BootValues[],
  random: RandomSource,
  permutations = 9_999,
): number[] {
  const bases = metrics.reduce((most, metric) => Math.max(most, metric.base.length), 0);
  const candidates = metrics.reduce((most, metric) => Math.max(most, metric.candidate.length), 0);
  const boots = Int32Array.from({ length: bases + candidates }, (_, boot) => boot);
  const chosen = Math.min(bases, candidates);
  const scores = metrics.map(metric => scoreBoots(metric, bases, bases + candidates, chosen));
  const measure = distances(scores, bases + candidates, chosen);
  // The base comes first. Centred ranks sum to zero, so either side gives the same distance: the smaller one is summed.
  const actual = bases <= candidates ? boots.slice(0, bases) : boots.slice(bases);
  const observed = Array.from(measure(actual), value => value - tolerance);
  const order = ascendingEntries(observed.map(value => -value)).map(([index]) => index);
  const hits = new Int32Array(metrics.length);
  const rounds = new Int32Array(metrics.length).fill(permutations);
  let open = metrics.length;
  for (let round = 1; round <= permutations && open > 0; round++) {
    drawFirst(boots, chosen, random);
    const drawn = measure(boots);
    let largest = 0;
    for (let rank = order.length - 1; rank >= 0; rank--) {
      const index = order[rank]!;
      if (drawn[index]! > largest) largest = drawn[index]!;
      if (largest < observed[index]! || hits[index] === enoughHits) continue;
      hits[index]!++;
      if (hits[index] !== enoughHits) continue;
      rounds[index] = round;
      open--;
    }
  }
  return stepDown(order, hits, rounds);
}

/** Equal sums of halves may differ in the last bit. */
const tolerance = 1e-9;

function stepDown(order: readonly number[], hits: Int32Array, rounds: Int32Array): number[] {
  const adjusted = new Array<number>(order.length);
  let running = 0;
  for (const index of order) {
    const [hit, round] = [hits[index]!, rounds[index]!];
    running = Math.max(running, hit === enoughHits ? hit / round : (1 + hit) / (1 + round));
    adjusted[index] = running;
  }
  return adjusted;
}

/** Brings `chosen` random items to the front (a partial Fisher-Yates shuffle). */
function drawFirst(items: Int32Array, chosen: number, random: RandomSource): void {
  for (let place = 0; place < chosen; place++) {
    const other = place + Math.floor(random.uniform() * (items.length - place));
    const held = items[place]!;
    items[place] = items[other]!;
    items[other] = held;
  }
}

function scoreBoots(metric: BootValues, bases: number, boots: number, chosen: number): Scores {
  const ranks = new Float64Array(boots).fill(Number.NaN);
  const values = [
    ...metric.base.map((value, index) => ({ boot: index, value })),
    ...metric.candidate.map((value, index) => ({ boot: bases + index, value })),
  ];
  const { ordered } = makeSample(values.map(({ value }) => value));
  const measured = ordered.length;
  let squares = 0;
  for (const { boot, value } of values) {
    if (value === undefined || value === null) continue;
    // The mid-rank of the value, minus the middle of all ranks.
    const rank = (placeOf(ordered, value, 'before') + placeOf(ordered, value, 'behind') - measured) / 2;
    ranks[boot] = rank;
    squares += rank * rank;
  }
  const complete = measured === boots ? standard(squares, measured, chosen) : undefined;
  return { ranks, measured, squares, complete };
}

/** How many values lie below the given one, or not above it, by bisection. */
function placeOf(ordered: readonly Scalar[], value: Scalar, side: 'before' | 'behind'): number {
  let low = 0;
  let high = ordered.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const passed = side === 'before' ? ordered[middle]! < value : ordered[middle]! <= value;
    if (passed) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** One over the standard deviation of a sum of `members` ranks out of `measured`; 0 where nothing can differ. */
function standard(squares: number, measured: number, members: number): number {
  const others = measured - members;
  if (members === 0 || others === 0 || squares === 0) return 0;
  return Math.sqrt((measured * (measured - 1)) / (members * others * squares));
}

/**
 * Returns a function for the |standardised rank sums| of the first `chosen` boots, one per metric, among the boots that
 * measured it. Its result is overwritten by the next call.
 */
function distances(
  scores: readonly Scores[],
  boots: number,
  chosen: number,
): (order: Int32Array) => Float64Array {
  const width = scores.length;
  // Store all metrics of a boot side by side, so that permutations read memory sequentially.
  const table = new Float64Array(boots * width);
  for (const [metric, { ranks }] of scores.entries()) {
    for (let boot = 0; boot < boots; boot++) table[boot * width + metric] = ranks[boot]! || 0;
  }
  const sums = new Float64Array(width);
  return order => {
    sums.fill(0);
    for (let place = 0; place < chosen; place++) {
      const row = order[place]! * width;
      for (let metric = 0; metric < width; metric++) sums[metric]! += table[row + metric]!;
    }
    for (let metric = 0; metric < width; metric++) {
      const score = scores[metric]!;
      sums[metric] = Math.abs(sums[metric]!) * (score.complete ?? standardAmong(score, order, chosen));
    }
    return sums;
  };
}

/** The factor of a metric that not all boots measured. It depends on the drawn boots. */
function standardAmong({ ranks, measured, squares }: Scores, order: Int32Array, chosen: number): number {
  let members = 0;
  for (let place = 0; place < chosen; place++) if (!Number.isNaN(ranks[order[place]!]!)) members++;
  return standard(squares, measured, members);
}
