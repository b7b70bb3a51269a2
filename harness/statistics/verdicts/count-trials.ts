// biome-ignore-all lint/style/noNonNullAssertion: indices are bounded by the loops, which run for every value of every study
import { normalUpperQuantile } from '../distributions/distribution.ts';
import { binaryScale } from '../samples/value.ts';
import { mostWeighed, type StudyChance, sizeByStudies } from './simulated-studies.ts';

/** The change of a count that further trials must be able to detect. */
export interface CountChange {
  /** All values so far, both sides together, ascending; not empty. */
  values: readonly number[];
  /** The change of the mean to detect. */
  change: number;
  /** The change that an estimate must reach to count; 0 accepts any. */
  gate: number;
  /** Two-sided level that the test must reach. */
  alpha: number;
  /** Level of the interval that must exclude zero. */
  confidence: number;
}

/**
 * Trials per side with which the mean of a count is proved to have grown by `change`: in most simulated studies the rank
 * test rejects, the interval excludes zero and the estimate reaches the gate. Each study reweights the pooled values
 * (Bayesian bootstrap, Rubin 1981), with one more value beyond the largest; the candidate's values are these times a
 * factor. The estimates scatter around the true values of the study as correlated normal variables.
 */
export function trialsForCounts(request: CountChange): number {
  const scale = binaryScale(Math.max(Math.abs(request.values.at(-1) ?? 0), request.change));
  const values = withTail(thinned(request.values.map(value => value / scale)));
  const scaled = { ...request, change: request.change / scale, gate: request.gate / scale };
  return sizeByStudies(chance => trialsOfStudy(values, chance, scaled));
}

function thinned(values: readonly number[]): readonly number[] {
  if (values.length < mostWeighed) return values;
  const step = values.length / (mostWeighed - 1);
  return Array.from({ length: mostWeighed - 1 }, (_, index) => values[Math.floor((index + 0.5) * step)] ?? 0);
}

/** The values with one more, beyond the largest by twice the mean excess of an exponential tail. */
function withTail(values: readonly number[]): Float64Array {
  const greatest = values.at(-1) ?? 0;
  const centre = values.reduce((sum, value) => sum + value / values.length, 0);
  const excess = (2 * (greatest - centre)) / Math.log(values.length + 1);
  return Float64Array.from([...values, greatest + excess]);
}

/** The minimum number of trials per side with which one study proves the change; infinite if none does. */
function trialsOfStudy(values: Float64Array, chance: StudyChance, request: CountChange): number {
  const { change, gate, alpha, confidence } = request;
  const weights = normalised(chance.weights, values.length);
  const centre = weightedSum(values, weights);
  const grown = values.slice();
  for (let index = 0; index < grown.length; index++) {
    grown[index] = centre > 0 ? values[index]! * (1 + change / centre) : values[index]! + change;
  }
  const left = momentsOf(values, grown, weights);
  const right = momentsOf(grown, values, weights);
  const superiority = right.placement;
  if (superiority <= 0.5) return Number.POSITIVE_INFINITY;
  const deviation = Math.sqrt(left.ofValues + right.ofValues);
  const scatter = Math.sqrt(left.ofPlacements + right.ofPlacements);
  const shared = deviation * scatter === 0 ? 0 : (left.shared + right.shared) / (deviation * scatter);
  const correlation = Math.min(1, Math.max(-1, shared));
  const ofRanks = correlation * chance.first + Math.sqrt(1 - correlation ** 2) * chance.second;
  // Each is the least root of n: the estimate reaches the gate, the interval excludes zero, the rank test rejects.
  const reaching = change > gate ? (-chance.first * deviation) / (change - gate) : 0;
  const excluding = ((normalUpperQuantile((1 - confidence) / 2) - chance.first) * deviation) / change;
  const ofNull = Math.sqrt(Math.max(0, 1 - tiedShare(values, weights)) / 6);
  const rejecting = (normalUpperQuantile(alpha / 2) * ofNull - ofRanks * scatter) / (superiority - 0.5);
  return Math.max(0, reaching, excluding, rejecting) ** 2;
}

/**
 * Variances and covariance of the values of one side and their placements, and the mean placement. A placement is the
 * weighted share of the other side's values below the value, ties half.
 * @param values ascending, as are `others`
 */
function momentsOf(values: Float64Array, others: Float64Array, weights: Float64Array) {
  const size = values.length;
  const centre = weightedSum(values, weights);
  const sums = { place: 0, squaredPlace: 0, squares: 0, products: 0 };
  let [below, passed, upTo, reached] = [0, 0, 0, 0];
  for (let index = 0; index < size; index++) {
    const value = values[index]!;
    while (passed < size && others[passed]! < value) below += weights[passed++]!;
    while (reached < size && others[reached]! <= value) upTo += weights[reached++]!;
    const weight = weights[index]!;
    const place = (below + upTo) / 2;
    const distance = value - centre;
    sums.place += weight * place;
    sums.squaredPlace += weight * place ** 2;
    sums.squares += weight * distance ** 2;
    sums.products += weight * distance * place;
  }
  return {
    placement: sums.place,
    ofValues: sums.squares,
    ofPlacements: Math.max(0, sums.squaredPlace - sums.place ** 2),
    shared: sums.products,
  };
}

/** The sum of the cubes of the shares of equal values, by which ties narrow the null distribution. */
function tiedShare(values: Float64Array, weights: Float64Array): number {
  let cubes = 0;
  let group = 0;
  for (let index = 0; index < values.length; index++) {
    group += weights[index]!;
    if (values[index + 1] === values[index]) continue;
    // `** 3` takes as long as the rest of a study.
    cubes += group * group * group;
    group = 0;
  }
  return cubes;
}

function normalised(weights: Float64Array, size: number): Float64Array {
  const shares = weights.slice(0, size);
  let sum = 0;
  for (let index = 0; index < size; index++) sum += shares[index]!;
  for (let index = 0; index < size; index++) shares[index]! /= sum;
  return shares;
}

function weightedSum(values: Float64Array, weights: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index]! * weights[index]!;
  return sum;
}
