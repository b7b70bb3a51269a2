import { logMarginal } from '../../../harness/bisect/search/dirichlet.ts';
import { binaryEntropy } from '../../../harness/bisect/search/information.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import { Threshold } from './threshold.ts';
import type { World } from './world.ts';

const confidence = 0.95;
const mostBoots = 800;

/** Bad and good boots of the commits up to each place. */
interface Sums {
  bad: Float64Array;
  good: Float64Array;
}

/**
 * The search of git_bayesect, in our own words: bad and good commits have boots above the threshold at two unknown rates,
 * integrated out under Jeffreys' prior; the next boot is that of the commit that lowers the expected entropy of the first
 * bad commit most, whatever a build costs; it ends at 95 %. The history is taken as a line, as its first parents are.
 */
export function playBayesSearch(world: World): Outcome {
  const view = new Threshold(world);
  const length = world.history.commits.length;
  const sums: Sums = { bad: new Float64Array(length), good: new Float64Array(length) };
  const { good, bad, boots } = view.ends;
  record(sums, 0, good, boots - good);
  record(sums, length - 1, bad, boots - bad);
  const skipped = new Set<number>();
  while (view.spent.boots < mostBoots) {
    const posterior = posteriorOf(sums);
    const best = indexOfGreatest(posterior);
    if (posterior[best]! >= confidence) return outcomeOf(world, [best], view.spent);
    const place = mostTelling(sums, posterior, skipped);
    if (!view.build(place)) skipped.add(place);
    else if (view.boot(place)) record(sums, place, 1, 0);
    else record(sums, place, 0, 1);
  }
  return outcomeOf(world, undefined, view.spent);
}

function record(sums: Sums, from: number, bad: number, good: number): void {
  for (let place = from; place < sums.bad.length; place++) {
    sums.bad[place]! += bad;
    sums.good[place]! += good;
  }
}

/** Counts of good and of bad commits if the first bad one is at `first`. */
function sidesOf({ bad, good }: Sums, first: number) {
  const last = bad.length - 1;
  const before = { bad: bad[first - 1]!, good: good[first - 1]! };
  return { before, after: { bad: bad[last]! - before.bad, good: good[last]! - before.good } };
}

function posteriorOf(sums: Sums): Float64Array {
  const logs = new Float64Array(sums.bad.length).fill(Number.NEGATIVE_INFINITY);
  for (let first = 1; first < logs.length; first++) {
    const { before, after } = sidesOf(sums, first);
    logs[first] = logMarginal([before.bad, before.good]) + logMarginal([after.bad, after.good]);
  }
  const highest = logs.reduce((most, log) => Math.max(most, log), Number.NEGATIVE_INFINITY);
  const weights = logs.map(log => Math.exp(log - highest));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map(weight => weight / total);
}

/** The commit with the greatest mutual information: H(mix) less the mean entropy under each hypothesis. */
function mostTelling(sums: Sums, posterior: Float64Array, skipped: ReadonlySet<number>): number {
  const length = posterior.length;
  let [rate, known] = [0, 0];
  const rates = { before: new Float64Array(length), after: new Float64Array(length) };
  for (let first = 1; first < length; first++) {
    const { before, after } = sidesOf(sums, first);
    rates.before[first] = (before.bad + 0.5) / (before.bad + before.good + 1);
    rates.after[first] = (after.bad + 0.5) / (after.bad + after.good + 1);
    rate += posterior[first]! * rates.before[first]!;
    known += posterior[first]! * binaryEntropy(rates.before[first]!);
  }
  let best = 0;
  let most = Number.NEGATIVE_INFINITY;
  for (let place = 1; place < length; place++) {
    const weight = posterior[place]!;
    rate += weight * (rates.after[place]! - rates.before[place]!);
    known += weight * (binaryEntropy(rates.after[place]!) - binaryEntropy(rates.before[place]!));
    const bits = binaryEntropy(rate) - known;
    if (bits <= most || skipped.has(place)) continue;
    most = bits;
    best = place;
  }
  return best;
}

function indexOfGreatest(values: Float64Array): number {
  let best = 0;
  for (let index = 1; index < values.length; index++) if (values[index]! > values[best]!) best = index;
  return best;
}
