import { choose, studentTail } from '../distributions/distribution.ts';
import { poolRanks, type Sample } from '../samples/sample.ts';
import { rankTestOfPooled } from './rank-test.ts';

/** Result of Brunner and Munzel's test. */
export interface BrunnerMunzelTest {
  /** How p was computed: all relabellings, Student's t, or the rank-sum test if the samples do not overlap. */
  method: 'permutation' | 't' | 'separation';
  /** Positive if the second sample tends to be larger; infinite if the samples do not overlap. */
  statistic: number;
  twoSided: number;
}

/** Enumerate up to this many relabellings, which is 8 trials per side. Beyond that, Student's t is close enough. */
const enumerationLimit = 13_000;

/** Equal statistics may differ in the last bits. */
const tolerance = 1 - 1e-9;

/**
 * Brunner and Munzel's test (2000) of P(first < second) + P(equal) / 2 = 1/2: whether one sample tends to be larger,
 * whatever the spread of each. The rank-sum test asks whether both are identical, and also rejects if spreads differ.
 *
 * Small samples are relabelled with the same studentised statistic (Neubert and Brunner 2007), because Student's t with
 * Satterthwaite's degrees of freedom is anti-conservative there. Without any overlap the statistic is not defined, and
 * the exact rank-sum test, which then asks the same question, replaces it.
 * @param first of at least two values, as is `second`
 */
export function brunnerMunzel(first: Sample, second: Sample): BrunnerMunzelTest {
  const pooled = poolRanks(first, second);
  const sizes: Sizes = { first: pooled.first, second: pooled.second };
  const observed = studentise(placementsOf(first, second), sizes);
  if (!Number.isFinite(observed.statistic) || pooled.groups.length === 1) {
    const { twoSided } = rankTestOfPooled(pooled);
    return { method: 'separation', statistic: observed.statistic, twoSided };
  }
  if (choose(sizes.first + sizes.second, sizes.first) <= enumerationLimit) {
    const twoSided = permutationShare(pooled.groups, sizes, Math.abs(observed.statistic) * tolerance);
    return { method: 'permutation', statistic: observed.statistic, twoSided };
  }
  const twoSided = 2 * studentTail(Math.abs(observed.statistic), observed.degrees);
  // A tail too small for a double is still not zero.
  return { method: 't', statistic: observed.statistic, twoSided: Math.max(Number.MIN_VALUE, twoSided) };
}

interface Sizes {
  first: number;
  second: number;
}

/** For each sample, the sum over its values of how many of the other lie below (ties count half), and of the squares. */
interface Placements {
  ofFirst: number;
  squaresOfFirst: number;
  ofSecond: number;
  squaresOfSecond: number;
}

const noPlacements: Placements = { ofFirst: 0, squaresOfFirst: 0, ofSecond: 0, squaresOfSecond: 0 };

/** The placements after adding a group of equal values that has `below` values of each sample below it. */
function addGroup(sum: Placements, below: Sizes, group: Sizes): Placements {
  const ofFirst = below.second + group.second / 2;
  const ofSecond = below.first + group.first / 2;
  return {
    ofFirst: sum.ofFirst + group.first * ofFirst,
    squaresOfFirst: sum.squaresOfFirst + group.first * ofFirst ** 2,
    ofSecond: sum.ofSecond + group.second * ofSecond,
    squaresOfSecond: sum.squaresOfSecond + group.second * ofSecond ** 2,
  };
}

function placementsOf(first: Sample, second: Sample): Placements {
  const left = first.ordered;
  const right = second.ordered;
  let sum = noPlacements;
  const below: Sizes = { first: 0, second: 0 };
  while (below.first < left.length || below.second < right.length) {
    const [a, b] = [left[below.first], right[below.second]];
    const value = b === undefined || (a !== undefined && a <= b) ? a : b;
    const group: Sizes = { first: 0, second: 0 };
    while (isEqual(left[below.first + group.first], value)) group.first++;
    while (isEqual(right[below.second + group.second], value)) group.second++;
    sum = addGroup(sum, below, group);
    below.first += group.first;
    below.second += group.second;
  }
  return sum;
}

/** Whether two values are equal, as number or bigint. */
function isEqual(left: number | bigint | undefined, right: number | bigint | undefined): boolean {
  return left !== undefined && right !== undefined && left <= right && left >= right;
}

/** The statistic and Satterthwaite's degrees of freedom; infinite if the placements differ but do not vary. */
function studentise(sum: Placements, { first, second }: Sizes): { statistic: number; degrees: number } {
  const ofFirst = first * varianceOf(sum.ofFirst, sum.squaresOfFirst, first);
  const ofSecond = second * varianceOf(sum.ofSecond, sum.squaresOfSecond, second);
  const error = ofFirst + ofSecond;
  // Over all pairs: how often the second is larger, minus half of the pairs.
  const distance = sum.ofSecond - (first * second) / 2;
  if (error === 0) return { statistic: distance === 0 ? 0 : distance * Number.POSITIVE_INFINITY, degrees: 1 };
  const degrees = error ** 2 / (ofFirst ** 2 / (first - 1) + ofSecond ** 2 / (second - 1));
  return { statistic: distance / Math.sqrt(error), degrees };
}

/** Sample variance from sums of multiples of one half, which are exact in a double up to about 10^5 values. */
function varianceOf(sum: number, squares: number, size: number): number {
  return Math.max(0, squares - sum ** 2 / size) / (size - 1);
}

/** The share of all relabellings, group by group of equal values, whose statistic is at least as far from zero. */
function permutationShare(groups: Int32Array, sizes: Sizes, observed: number): number {
  let hits = 0;
  let all = 0;
  const deal = (index: number, below: Sizes, sum: Placements, ways: number): void => {
    const size = groups[index];
    if (size === undefined) {
      all += ways;
      if (Math.abs(studentise(sum, sizes).statistic) >= observed) hits += ways;
      return;
    }
    const most = Math.min(size, sizes.first - below.first);
    for (let taken = Math.max(0, size - (sizes.second - below.second)); taken <= most; taken++) {
      const group = { first: taken, second: size - taken };
      const next = { first: below.first + group.first, second: below.second + group.second };
      deal(index + 1, next, addGroup(sum, below, group), ways * choose(size, taken));
    }
  };
  deal(0, { first: 0, second: 0 }, noPlacements, 1);
  return hits / all;
}
